"""The longest times that a setting may have, in seconds."""

A_DAY = 24 * 3600

A_CENTURY = 100 * 365 * A_DAY
"""A moment that is much later is none that a database can hold."""
