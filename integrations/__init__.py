"""The outside: one folder per vendor, and what all of them share."""
