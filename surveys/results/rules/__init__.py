"""What may be concluded and shown, as pure functions: no database and no clock."""
