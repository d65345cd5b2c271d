"""What a request says: the host and origin it names, where it came from, and with which browser."""
