"""The page "Data dictionary"."""

from __future__ import annotations

from reports.pages.page import Page
from reports.words import N_

PAGE = Page("dictionary.html", N_("Data dictionary"))
