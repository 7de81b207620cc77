"""The two doors: what may enter the warehouse, and what may leave it for people to read."""
