"""What proves who somebody is: passwords, and the token in a client's cookie."""
