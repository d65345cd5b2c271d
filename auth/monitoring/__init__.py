"""What a server tells of itself: numbers for Prometheus, and what was committed, for those and for the log."""
