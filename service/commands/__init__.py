"""One module a subject of the `kept` command. Each composes what it needs and ends its own transactions."""
