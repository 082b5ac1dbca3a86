"""Alembic: the history of the database. Every revision says why."""
