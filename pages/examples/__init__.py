"""The five ways in which Clerk's guide signs out, one short file each, shown beside its own source."""
