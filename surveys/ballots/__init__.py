"""Sealed answers: cast while a wave is open, opened once in memory at close, and then gone."""
