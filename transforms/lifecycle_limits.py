"""When a silence is too long: at-risk and lapse limits read off the survival curve.

The chance that a silent customer orders within the window falls the longer the silence lasts;
a limit is the first day on which it is below a given chance. Never a percentile of completed
gaps, which forgets everybody who is still silent.
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.survival import SurvivalCurve

#: Open gaps that a band needs on a day before that day may become a limit.
MINIMUM_GAPS = 30
#: Basis, and version, of a limit that no data could give: the ceiling of the settings.
CONFIGURED = "configured"


@dataclass(frozen=True)
class LifecyclePolicy:
    """Chances and bounds behind the limits, days unless named otherwise; `[segments]` of suki.toml."""

    return_window_days: int
    at_risk_return_chance: float
    lapse_return_chance: float
    at_risk_floor_days: int
    at_risk_ceiling_days: int


@dataclass(frozen=True)
class Estimate:
    """The silence after which the chance of return falls below a given one.

    Attributes:
        days: None where no data could tell.
        basis: own (the band's curve), all (the curve of all gaps), configured (neither).
        reason_code: why the band's own curve did not tell; None where it did.
    """

    days: int | None
    basis: str
    reason_code: str | None


@dataclass(frozen=True)
class BandLimits:
    """Limits of one band: as estimated, and as applied between floor and ceiling."""

    gap_count: int
    event_count: int
    at_risk: Estimate
    lapse: Estimate
    at_risk_days: int
    lapse_days: int | None


def band_limits(own: SurvivalCurve, every: SurvivalCurve, policy: LifecyclePolicy) -> BandLimits:
    """Limits of a band from its own curve, else from that of all gaps, else as configured.

    Without any estimate the at-risk limit is the ceiling and nobody is called lapsed.
    """
    at_risk = _estimate(own, every, policy.at_risk_return_chance, policy)
    lapse = _estimate(own, every, policy.lapse_return_chance, policy)
    asked = policy.at_risk_ceiling_days if at_risk.days is None else at_risk.days
    applied = min(max(asked, policy.at_risk_floor_days), policy.at_risk_ceiling_days)
    return BandLimits(
        own.gap_count,
        own.event_count,
        at_risk,
        lapse,
        applied,
        None if lapse.days is None else max(lapse.days, applied + 1),
    )


def _estimate(
    own: SurvivalCurve, every: SurvivalCurve, chance: float, policy: LifecyclePolicy
) -> Estimate:
    found = own.silence_limit(chance, policy.return_window_days, MINIMUM_GAPS)
    if found is not None:
        return Estimate(found, "own", None)
    judged = own.judged_days(policy.return_window_days, MINIMUM_GAPS)
    reason = "chance_stays_above_limit" if judged else "history_too_short"
    if own.gap_count < MINIMUM_GAPS:
        reason = "too_few_gaps"
    fallback = every.silence_limit(chance, policy.return_window_days, MINIMUM_GAPS)
    if fallback is None:
        return Estimate(None, CONFIGURED, reason)
    # The band was seen to return for `judged` days: the limit of all gaps may not undercut that.
    return Estimate(max(fallback, judged), "all", reason)
