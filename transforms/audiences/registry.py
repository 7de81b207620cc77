"""All finders by the name campaigns.yml uses."""

from __future__ import annotations

from transforms.audiences import (
    after_purchase,
    care,
    complements,
    dates,
    lifecycle,
    loyalty,
    onboarding,
    order_troubles,
    products,
    recognition,
    said,
    seasonal,
    surveys,
)
from transforms.audiences.shop import Finder

_MODULES = (
    products, complements, seasonal, dates, lifecycle, after_purchase, onboarding, care, order_troubles, surveys,
    recognition, said, loyalty,
)  # fmt: skip
FINDERS: dict[str, Finder] = {
    finder.name: finder for module in _MODULES for finder in module.FINDERS
}
