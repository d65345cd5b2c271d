"""What may happen to users, clients and sessions, checked in the statement that does it; and what may be read."""
