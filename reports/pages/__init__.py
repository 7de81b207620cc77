"""The pages of the site: one module each, listed in order in `reports/site.py`."""
