"""What changes in the store reaches the tabs: the cache of clients, the pump, the deadlines, the sweeper."""
