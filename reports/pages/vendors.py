"""The page "Other systems' numbers"."""

from __future__ import annotations

from reports.pages.page import Page
from reports.words import N_

PAGE = Page("vendors.html", N_("Other systems' numbers"))
