"""The canonical contract: what a row means once Suki has read it, whatever file it came from.

Everything that must agree on the shape of the tables reads this module: the readers that
fill them, the row rules that guard them, the dbt source YAML and the Great Expectations
suites generated from it. A test refuses drift.

Three families of tables:

* *canonical* tables, one immutable Parquet file per ingested file (`CANONICAL`);
* *current* tables, one row per thing as known to one run, which dbt reads (`CURRENT`);
* *score* tables, made by polars from dbt facts and read by dbt marts (`SCORES`).
"""

from __future__ import annotations

from transforms.canonical.contract import (
    CONSENT_CHANNELS,
    CONSENT_PURPOSES,
    CONTRACT_VERSION,
    FEEDS,
    FINANCIAL_STATUSES,
    LINE_KINDS,
    MONEY,
    ORDER_KINDS,
    RATE,
    TIMESTAMP,
    VERSION_BASES,
    Column,
    Table,
)
from transforms.canonical.current import CURRENT
from transforms.canonical.feeds import (
    ANSWERS,
    CONSENTS,
    CONTACTS,
    CUSTOMERS,
    ORDER_LINES,
    ORDERS,
    RESPONSES,
)
from transforms.canonical.records import DELIVERIES, EXCHANGE_RATES, PRODUCTS
from transforms.canonical.registry import CANONICAL, FEED_TABLES, UNIT_TABLE
from transforms.canonical.scores import SCORES

__all__ = [
    "ANSWERS",
    "CANONICAL",
    "CONSENTS",
    "CONSENT_CHANNELS",
    "CONSENT_PURPOSES",
    "CONTACTS",
    "CONTRACT_VERSION",
    "CURRENT",
    "CUSTOMERS",
    "DELIVERIES",
    "EXCHANGE_RATES",
    "FEEDS",
    "FEED_TABLES",
    "FINANCIAL_STATUSES",
    "LINE_KINDS",
    "MONEY",
    "ORDERS",
    "ORDER_KINDS",
    "ORDER_LINES",
    "PRODUCTS",
    "RATE",
    "RESPONSES",
    "SCORES",
    "TIMESTAMP",
    "UNIT_TABLE",
    "VERSION_BASES",
    "Column",
    "Table",
]
