"""All CLV tables of a run: what is said of every customer, and what silence looks like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from transforms.canonical.scores_clv import CLV_TABLES
from transforms.clv import standing, timing
from transforms.clv.durations import TimeUnit
from transforms.clv.fitting import Fit
from transforms.clv.gate import ClvPolicy
from transforms.clv.scoring import score

AS_OF = date(2026, 6, 30)
PREDICTED = ("p_alive", "p_no_purchase_90", "expected_orders_365", "predicted_clv_amount")


@pytest.fixture(scope="module")
def scored(shop) -> dict[str, pl.DataFrame]:
    return score(shop, AS_OF, ClvPolicy())


@pytest.fixture
def only_mbg(monkeypatch) -> None:
    """Spare the tests that ask nothing of the other models their fits."""
    monkeypatch.setattr(timing, "TIMING_MODELS", ("mbg_nbd",))


def row_of(fits: pl.DataFrame, model: str) -> dict:
    return fits.row(by_predicate=pl.col("model") == model, named=True)


def test_the_tables_are_those_of_the_contract(scored) -> None:
    assert scored.keys() == CLV_TABLES.keys()
    for name, table in CLV_TABLES.items():
        assert scored[name].schema == table.schema
        assert scored[name].select(table.key).is_unique().all()
        required = [c.name for c in table.columns if c.required]
        assert sum(scored[name].select(required).null_count().row(0)) == 0


def test_every_customer_is_told_about_once_and_without_a_reason_to_be_silent(scored, shop) -> None:
    people = scored["customer_predictions"]
    assert people["customer_id"].to_list() == sorted(set(shop["customer_id"]))
    assert people["reason_code"].null_count() == people.height
    assert sum(people.null_count().row(0)) == people.height  # the reasons alone
    assert people["occasion_count"].sum() == shop.height
    for chance in ("p_alive", "p_no_purchase_90"):
        assert people[chance].is_between(0, 1).all()


def test_value_is_orders_times_spend(scored) -> None:
    for row in scored["customer_predictions"].head(50).rows(named=True):
        worth = row["expected_orders_365"] * float(row["expected_mean_spend_amount"])
        assert float(row["predicted_clv_amount"]) == pytest.approx(worth, abs=1e-3)


def test_one_time_buyers_are_all_expected_to_spend_the_mean_of_all(scored) -> None:
    once = scored["customer_predictions"].filter(pl.col("occasion_count") == 1)
    assert once.height > 50
    assert once["expected_mean_spend_amount"].n_unique() == 1


def test_the_order_of_rows_changes_no_byte(scored, shop) -> None:
    shuffled = score(shop.sample(fraction=1, shuffle=True, seed=4), AS_OF, ClvPolicy())  # fmt: skip
    for name, frame in scored.items():
        assert frame.write_csv(float_precision=None) == shuffled[name].write_csv(), name


def test_published_floats_have_twelve_significant_digits(scored) -> None:
    for name, frame in scored.items():
        floats = frame.select(pl.col(pl.Float64))
        assert floats.equals(floats.select(pl.all().round_sig_figs(12))), name


def test_the_future_changes_nothing_of_the_past(scored, shop) -> None:
    stranger = pl.DataFrame(
        [("zz", date(2026, 7, 1), Decimal(9))], schema=shop.schema, orient="row"
    )
    later = score(pl.concat([shop, stranger]), AS_OF, ClvPolicy())
    assert all(later[name].equals(frame) for name, frame in scored.items())


def test_fits_state_their_unit_their_customers_and_whether_they_are_used(scored, shop) -> None:
    fits = scored["model_fits"]
    assert fits["model"].to_list() == sorted(standing.MODELS)
    assert set(fits["status"]) == {"fresh"}
    assert set(fits.filter("is_used")["model"]) == {"mbg_nbd", "gamma_gamma"}
    assert row_of(fits, "bg_nbd")["unit"] == "weeks"
    assert row_of(fits, "gamma_gamma")["unit"] is None
    assert row_of(fits, "mbg_nbd")["customer_count"] == shop["customer_id"].n_unique()
    assert row_of(fits, "gamma_gamma")["q"] > 1
    assert -1 < row_of(fits, "gamma_gamma")["spend_correlation"] < 1
    assert row_of(fits, "mbg_nbd")["r_standard_error"] > 0
    assert row_of(fits, "mbg_nbd")["p"] is None


def test_the_bias_beside_a_fit_is_that_of_the_backtest(scored) -> None:
    whole = scored["clv_backtest"].filter(pl.col("frequency_bin") == "all")
    told = dict(whole.select("model", "bias").iter_rows())
    assert {m: row_of(scored["model_fits"], m)["holdout_bias"] for m in told} == told


def test_too_little_data_is_silence_with_a_reason_in_every_table(shop) -> None:
    few = shop.filter(pl.col("customer_id") < "c300")
    found = score(few, AS_OF, ClvPolicy())
    people = found["customer_predictions"]
    assert people.height == few["customer_id"].n_unique()
    assert set(people["reason_code"]) == {"too_few_customers"}
    assert all(people[name].null_count() == people.height for name in PREDICTED)
    assert people["occasion_count"].min() >= 1
    assert set(found["model_fits"]["status"]) == {"insufficient_data"}
    assert not found["model_fits"]["is_used"].any()
    assert found["model_fits"].select("r", "q", "log_likelihood").null_count().row(0) == (4, 4, 4)
    assert found["clv_backtest"]["expected_purchases"].null_count() == 3


def test_a_shop_without_any_order_has_its_tables(shop) -> None:
    found = score(shop.clear(), AS_OF, ClvPolicy())
    assert found["customer_predictions"].height == 0
    assert set(found["model_fits"]["reason_code"]) == {"too_few_customers"}


@pytest.mark.usefixtures("only_mbg")
def test_somebody_whose_every_purchase_came_to_nothing_is_not_predicted(shop) -> None:
    free = pl.DataFrame(
        [("free", AS_OF, Decimal(0)), ("c000", date(2026, 6, 29), Decimal(-3))],
        schema=shop.schema, orient="row",
    )  # fmt: skip
    found = score(pl.concat([shop.filter(pl.col("occasion_date") < date(2026, 6, 29)), free]), AS_OF, ClvPolicy())  # fmt: skip
    row = found["customer_predictions"].row(
        by_predicate=pl.col("customer_id") == "free", named=True
    )
    assert (row["occasion_count"], row["reason_code"]) == (0, "no_counted_occasion")
    assert [row[name] for name in PREDICTED] == [None] * 4
    assert set(found["model_fits"]["dropped_occasion_count"]) == {2}


@pytest.mark.usefixtures("only_mbg")
def test_a_forecast_that_missed_by_more_than_the_limit_is_withheld(scored, shop) -> None:
    bias = row_of(scored["model_fits"], "mbg_nbd")["holdout_bias"]
    strict = score(shop, AS_OF, ClvPolicy(bias_limit=abs(bias) * 0.99))["customer_predictions"]
    assert set(strict["reason_code"]) == {"backtest_bias_above_limit"}
    assert all(strict[name].null_count() == strict.height for name in PREDICTED)
    assert strict["expected_mean_spend_amount"].null_count() == 0
    lenient = score(shop, AS_OF, ClvPolicy(bias_limit=abs(bias) * 1.01))["customer_predictions"]
    assert lenient["reason_code"].null_count() == lenient.height


def test_the_configured_model_is_the_one_that_predicts(scored, shop) -> None:
    other = score(shop, AS_OF, ClvPolicy(model="pareto_nbd"))
    assert set(other["model_fits"].filter("is_used")["model"]) == {"pareto_nbd", "gamma_gamma"}
    here, there = (t["customer_predictions"]["p_alive"] for t in (scored, other))
    assert 0 < (here - there).abs().max() < 0.5


@pytest.mark.usefixtures("only_mbg")
def test_discounting_lowers_value_and_leaves_orders_alone(scored, shop) -> None:
    plain = scored["customer_predictions"]
    less = score(shop, AS_OF, ClvPolicy(yearly_discount_rate=0.1))["customer_predictions"]
    assert less["expected_orders_365"].equals(plain["expected_orders_365"])
    ratio = float(less["predicted_clv_amount"].sum()) / float(plain["predicted_clv_amount"].sum())
    # At 10 % a year: more than if all were bought on its last day, less than in its first month.
    assert 1 / 1.1 < ratio < 1 / 1.1 ** (1 / 12)


def _failing(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    real = timing.fit

    def fit(name: str, histories: object) -> Fit:
        found = real(name, histories)
        return replace(found, converged=False) if name == model else found

    monkeypatch.setattr(timing, "fit", fit)


@pytest.mark.usefixtures("only_mbg")
def test_a_failed_fit_keeps_the_last_good_one_and_says_so(scored, shop, monkeypatch) -> None:
    earlier = scored["model_fits"].with_columns(fitted_as_of=date(2026, 6, 29))
    _failing(monkeypatch, "mbg_nbd")
    found = score(shop, AS_OF, ClvPolicy(), last_good=earlier)
    row = row_of(found["model_fits"], "mbg_nbd")
    assert (row["status"], row["reason_code"]) == ("stale", "fit_not_converged")
    assert row["fitted_as_of"] == date(2026, 6, 29)
    assert row["alpha"] == row_of(earlier, "mbg_nbd")["alpha"]
    assert row["is_used"]
    kept, plain = (t["customer_predictions"]["p_alive"] for t in (found, scored))
    assert (kept - plain).abs().max() < 1e-9
    # The next night it is still the fit of the 29th.
    again = score(shop, AS_OF, ClvPolicy(), last_good=found["model_fits"])
    assert row_of(again["model_fits"], "mbg_nbd")["fitted_as_of"] == date(2026, 6, 29)


@pytest.mark.usefixtures("only_mbg")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda fits: None,
        lambda fits: fits.with_columns(status=pl.lit("failed")),
        lambda fits: fits.with_columns(unit=pl.lit("days")),
        lambda fits: fits.with_columns(fitted_as_of=date(2026, 7, 1)),
        lambda fits: fits.drop("alpha"),
    ],
    ids=["none", "failed itself", "another unit", "from the future", "another contract"],
)
def test_an_unusable_earlier_fit_is_not_used(scored, shop, monkeypatch, spoil) -> None:
    _failing(monkeypatch, "mbg_nbd")
    found = score(shop, AS_OF, ClvPolicy(), last_good=spoil(scored["model_fits"]))
    assert row_of(found["model_fits"], "mbg_nbd")["status"] == "failed"
    people = found["customer_predictions"]
    assert set(people["reason_code"]) == {"fit_not_converged"}
    assert all(people[name].null_count() == people.height for name in PREDICTED)


@pytest.mark.usefixtures("only_mbg")
def test_too_few_repeat_buyers_say_when_but_not_for_how_much(shop) -> None:
    some = shop.with_columns(first=pl.col("occasion_date").min().over("customer_id"))
    repeaters = pl.col("customer_id") < "c030"
    few = some.filter(repeaters | (pl.col("occasion_date") == pl.col("first"))).drop("first")
    # All buy now and then, yet of 600 customers too few came back for a spend model.
    assert few.group_by("customer_id").len().filter(pl.col("len") > 1).height < 30
    found = score(few, AS_OF, ClvPolicy(bias_limit=100.0))
    assert row_of(found["model_fits"], "gamma_gamma")["reason_code"] == "too_few_repeat_customers"
    people = found["customer_predictions"]
    assert people["predicted_clv_amount"].null_count() == people.height
    assert people["reason_code"].null_count() == 0


def test_a_fit_that_ran_into_its_bounds_or_has_no_hessian_is_named() -> None:
    good = Fit("bg_nbd", {"r": 1.0}, {"r": 0.1}, -1.0, 10, 3, True, True, True, TimeUnit.WEEKS)
    assert good.failure is None
    assert replace(good, converged=False).failure == "fit_not_converged"
    assert replace(good, within_bounds=False).failure == "fit_parameter_at_bound"
    assert replace(good, hessian_finite=False).failure == "fit_hessian_not_finite"
