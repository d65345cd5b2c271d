"""The open tabs: what each shows, kept true, and the guards of their sockets and pages."""
