"""What is asked: the item bank as data, and the rotation that decides which items a wave asks."""
