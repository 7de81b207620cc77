"""Name days of countries that keep them: one file of given names for each."""
