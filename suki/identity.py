"""Who is who in a run: the files, the guard rails of `suki.toml` and the decisions by hand."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.identity_decisions import keep_overridden
from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings

if TYPE_CHECKING:
    from transforms.current import CanonicalStore
    from transforms.identity import PersonKey
    from transforms.identity_resolution import Resolution


def resolve_people(
    run: Run, settings: Settings, ledger: Ledger, store: CanonicalStore, key: PersonKey
) -> Resolution:
    """Resolve people and remember the surrogates they were given.

    Raises:
        ConfigurationError: the rows of an accepted file are gone.
    """
    from transforms import identity
    from transforms.identity_overrides import Override
    from transforms.identity_rails import IdentityPolicy
    from transforms.identity_resolution import Question, resolve
    from transforms.known_files import CurrentStateError

    known = ledger.surrogates()
    overrides = [
        Override(o["number"], o["kind"], o["left"], o["right"], date.fromisoformat(o["decided_on"]))
        for o in run.overrides
    ]
    policy = IdentityPolicy(**settings.business.identity.model_dump())
    zone = settings.business.store.timezone
    try:
        resolution = resolve(
            store, Question(policy, known, overrides, run.business_date, zone), key
        )
    except CurrentStateError as error:
        raise ConfigurationError(str(error)) from error
    written = identity.alias_rows(resolution.given, known)
    if run.known_at is None:
        # What was believed then must not change who is who now.
        ledger.give_surrogates(written)
    moved = identity.differing(resolution.given, resolution.people)
    keep_overridden(ledger, run.run_id, moved)
    run.facts["identities_sha256"] = hashlib.sha256(
        resolution.people.select("identifier", "customer_id").write_csv().encode()
    ).hexdigest()
    run.facts["identity"] = {
        "identifiers": resolution.given.height,
        "customers": resolution.people["customer_id"].drop_nulls().n_unique(),
        "values_to_review": resolution.reviews.height,
        "identifiers_moved": sum(row["identifier"] in known for row in written),
        "identifiers_moved_by_hand": len(moved),
        "decisions_without_effect": list(resolution.unknown_overrides),
    }
    return resolution
