"""The CDNOW sample, and shops whose true parameters are known because they were drawn from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from transforms.canonical import MONEY
from transforms.clv import beta_geometric
from transforms.clv.durations import TimeUnit
from transforms.clv.fitting import Fit
from transforms.clv.histories import Histories, group, of_groups, summarise

PROJECT_ROOT = Path(__file__).resolve().parents[3]
CDNOW = PROJECT_ROOT.parent / "shared" / "data" / "cdnow"
CALIBRATION_END = date(1997, 9, 30)
HORIZON = 26.0


@dataclass(frozen=True)
class Simulated:
    """Histories of drawn customers, and what each bought in the HORIZON weeks after."""

    histories: Histories
    later: np.ndarray


def _given(name: str) -> Path:
    path = CDNOW / name
    if not path.exists():
        pytest.skip(f"the CDNOW file is not at {path}; it may not be redistributed")
    return path


@pytest.fixture(scope="session")
def cdnow() -> pl.DataFrame:
    """Occasions of the 1/10 sample, zero-value days included, as the papers count them."""
    lines = _given("CDNOW_sample.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line.strip()]
    file = pl.DataFrame(
        rows, schema=["master", "customer_id", "day", "units", "paid"], orient="row"
    )
    return (
        file.group_by("customer_id", occasion_date=pl.col("day").str.to_date("%Y%m%d"))
        .agg(net_sales_amount=pl.col("paid").cast(MONEY).sum())
        .sort("customer_id", "occasion_date")
    )


@pytest.fixture(scope="session")
def calibration(cdnow) -> pl.DataFrame:
    """Per customer x, t_x, T at the end of the papers' calibration period."""
    return summarise(cdnow, CALIBRATION_END)


@pytest.fixture(scope="session")
def histories(calibration) -> Histories:
    return of_groups(group(calibration), TimeUnit.WEEKS)


@pytest.fixture(scope="session")
def rounded() -> pl.DataFrame:
    """The papers' own summary file, times rounded to two decimals of a week."""
    return pl.read_csv(_given("cdnow_customers_summary_with_transactions.csv"))


@pytest.fixture(scope="session")
def bg_fit(histories) -> Fit:
    return beta_geometric.fit(histories, first_may_be_last=False)


@pytest.fixture(scope="session")
def mbg_fit(histories) -> Fit:
    return beta_geometric.fit(histories, first_may_be_last=True)


def _histories_of(bought: list[list[float]], age: np.ndarray) -> Simulated:
    known = [[t for t in times if t <= T] for times, T in zip(bought, age, strict=True)]
    later = [len(times) - len(k) for times, k in zip(bought, known, strict=True)]
    return Simulated(
        Histories(
            np.array([len(times) for times in known]),
            np.array([times[-1] if times else 0.0 for times in known]),
            age,
            np.ones(len(age), dtype=np.int64),
            TimeUnit.WEEKS,
        ),
        np.array(later),
    )


@pytest.fixture(scope="session")
def simulate_beta_geometric() -> Callable[..., Simulated]:
    """Draw customers of a BG/NBD or MBG/NBD, observed for 20 to 80 weeks."""

    def simulate(
        customers: int, r: float, alpha: float, a: float, b: float, first_may_be_last: bool
    ) -> Simulated:
        rng = np.random.default_rng(20_240_229)
        age = rng.uniform(20, 80, customers)
        bought = []
        for end in age + HORIZON:
            rate, leave = rng.gamma(r, 1 / alpha), rng.beta(a, b)
            times: list[float] = []
            now, stays = 0.0, not (first_may_be_last and rng.random() < leave)
            while stays:
                now += rng.exponential(1 / rate)
                if now > end:
                    break
                times.append(now)
                stays = rng.random() >= leave
            bought.append(times)
        return _histories_of(bought, age)

    return simulate


@pytest.fixture(scope="session")
def simulate_pareto() -> Callable[..., Simulated]:
    """Draw customers of a Pareto/NBD, observed for 20 to 80 weeks."""

    def simulate(customers: int, r: float, alpha: float, s: float, beta: float) -> Simulated:
        rng = np.random.default_rng(20_240_301)
        age = rng.uniform(20, 80, customers)
        bought = []
        for end in age + HORIZON:
            rate, lifetime = rng.gamma(r, 1 / alpha), rng.exponential(1 / rng.gamma(s, 1 / beta))
            span = min(lifetime, end)
            bought.append(sorted(rng.uniform(0, span, rng.poisson(rate * span)).tolist()))
        return _histories_of(bought, age)

    return simulate


@pytest.fixture(scope="session")
def shop() -> pl.DataFrame:
    """600 made-up customers over two years up to 2026-06-30, some of whom come back."""
    rng = np.random.default_rng(7)
    last_day = date(2026, 6, 30)
    rows = []
    for number in range(600):
        rate, price = rng.gamma(1.2, 1 / 60), rng.gamma(6, 4)
        day = int(rng.integers(0, 700))
        lifetime = rng.exponential(1 / rng.gamma(0.8, 1 / 150))
        end = min(730.0, day + lifetime)
        while day <= end:
            worth = Decimal(str(round(float(rng.gamma(5, price / 5)) + 0.01, 2)))
            rows.append((f"c{number:03}", last_day - timedelta(days=730 - day), worth))
            day += 1 + int(rng.exponential(1 / rate))
    schema = {"customer_id": pl.String, "occasion_date": pl.Date, "net_sales_amount": MONEY}
    return pl.DataFrame(rows, schema=schema, orient="row")
