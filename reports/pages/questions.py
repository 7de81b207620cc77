"""The page "What can be answered"."""

from __future__ import annotations

from reports.pages.page import Page
from reports.words import N_

PAGE = Page("questions.html", N_("What can be answered"))
