"""Kept attacked by itself: one module for each family of ways to learn what nobody may learn.

Everything here works on a copy, or in a transaction that cannot write; nothing reads the key store. What
comes out names an attack, a count and a verdict, never an id or a value. `service.commands.attack` puts
the families together.
"""
