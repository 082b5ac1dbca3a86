"""Directories of people kept elsewhere."""
