"""The web: parse, call one action or query, render. And the composition root of every process."""
