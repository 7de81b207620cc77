"""Customer lifetime value: how often people will buy again, for how much, and how sure that is."""
