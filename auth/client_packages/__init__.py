"""Client libraries of Clerk's that this server hands to browsers. None is in this repository: npm fetches them."""
