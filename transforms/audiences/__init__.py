"""Who has a reason to be written to: one finder per list of the catalogue."""
