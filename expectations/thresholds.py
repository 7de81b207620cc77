"""What the doors tolerate. Every figure may be set under `[doors]` in suki.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DoorThresholds:
    """Limits of both doors; a figure exactly at its limit still passes.

    Attributes:
        warn_above_failed_share: share of tonight's rows one rule may refuse without a banner.
        hold_above_failed_share: share of tonight's rows above which one rule holds the run.
        hold_needs_checked_rows: fewer rows than this never hold, whatever their share.
        hold_above_failed_share_by_rule: other hold limits for single rules, by rule name
            ("contacts.email.malformed": 0.5).
        warn_above_known_failed_share: share of all rows ever read, by one rule, for a banner.
        orders_stale_after_days: age in days of the newest order at as_of, above which to warn.
        orders_hold_after_days: the same, above which to hold; None never holds.
        volume_factor: a night outside 1/factor to factor times the usual one gets a banner.
        volume_needs_usual_units: feeds with a smaller usual night are too small to judge.
        retention_change_points: percentage points retention may move since the last publication.
        net_sales_change_share: share by which net sales of a month may change since then.
    """

    warn_above_failed_share: float = 0.0
    hold_above_failed_share: float = 0.20
    hold_needs_checked_rows: int = 20
    hold_above_failed_share_by_rule: Mapping[str, float] = field(default_factory=dict)
    warn_above_known_failed_share: float = 0.05
    orders_stale_after_days: int = 3
    orders_hold_after_days: int | None = 30
    volume_factor: float = 5.0
    volume_needs_usual_units: int = 20
    retention_change_points: float = 15.0
    net_sales_change_share: float = 0.80

    def __post_init__(self) -> None:
        for name in ("warn_above_failed_share", "hold_above_failed_share"):
            _refuse_unless(0 <= getattr(self, name) <= 1, name, "a share from 0 to 1")
        for rule, share in self.hold_above_failed_share_by_rule.items():
            _refuse_unless(0 <= share <= 1, f"limit of {rule}", "a share from 0 to 1")
        _refuse_unless(self.volume_factor > 1, "volume_factor", "larger than 1")
        if self.orders_hold_after_days is not None:
            _refuse_unless(
                self.orders_hold_after_days >= self.orders_stale_after_days,
                "orders_hold_after_days",
                "at least orders_stale_after_days",
            )

    def hold_share_of(self, rule_name: str) -> float:
        """The share of tonight's rows above which this rule holds the run."""
        return self.hold_above_failed_share_by_rule.get(rule_name, self.hold_above_failed_share)


def _refuse_unless(holds: bool, name: str, requirement: str) -> None:
    if not holds:
        raise ValueError(f"[doors] {name} in suki.toml must be {requirement}.")
