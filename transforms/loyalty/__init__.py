"""The loyalty programme (Y1 to Y6): points, tiers, club, cash back, punch cards. Optional."""

from __future__ import annotations

from transforms.loyalty.ledger import loyalty
from transforms.loyalty.programme import Programme, load_programme

__all__ = ["Programme", "load_programme", "loyalty"]
