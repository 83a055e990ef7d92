"""The rules of which target may be restored into, each asked alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.errors import RefusedError, RestoreUsageError
from drill_tui.postgres.restore.guard import (
    ExistingDatabase,
    TargetFacts,
    check_name,
    refuse_occupied,
    refuse_unfit,
)
from tests.unit.postgres.test_restore_manifest import WHOLE

BACKUP = Manifest.model_validate(WHOLE)
FIT = TargetFacts(
    version="15.18",
    version_num=150018,
    system_identifier="2",
    superuser=True,
    in_recovery=False,
    nonces=frozenset(),
    database=None,
    missing_extensions=(),
)
FULL = ExistingDatabase(sessions=1, objects=("table public.a",), object_count=9)


def refusal(facts: TargetFacts, environment: Mapping[str, str] = {}) -> str:
    with pytest.raises(RefusedError) as caught:
        refuse_unfit(facts, BACKUP, 15, environment)
    assert caught.value.advice or "oldest" in str(caught.value)
    return str(caught.value)


def test_a_fit_target_passes() -> None:
    refuse_unfit(FIT, BACKUP, 15, {})
    refuse_unfit(replace(FIT, version="18.6", version_num=180006), BACKUP, 15, {})


def test_the_source_is_refused_by_its_identifier() -> None:
    assert "the cluster that the backup came from" in refusal(replace(FIT, system_identifier="1"))


def test_a_physical_copy_with_a_nonce_passes() -> None:
    copy = replace(FIT, system_identifier="1", nonces=frozenset({"n"}))
    refuse_unfit(copy, BACKUP, 15, {"DRILL_TARGET_NONCE": "n"})


@pytest.mark.parametrize("nonces", [frozenset(), frozenset({"other"})])
def test_a_server_without_this_drills_nonce_is_refused(nonces: frozenset[str]) -> None:
    facts = replace(FIT, nonces=nonces)
    assert "does not carry this drill's nonce" in refusal(facts, {"DRILL_TARGET_NONCE": "n"})


def test_unfit_servers_are_refused_by_name() -> None:
    assert "standby" in refusal(replace(FIT, in_recovery=True))
    assert "superuser" in refusal(replace(FIT, superuser=False))
    assert "older than the backup's" in refusal(replace(FIT, version="14.1", version_num=140001))
    assert "the oldest supported" in refusal(replace(FIT, version="13.1", version_num=130001))
    assert "postgis, hstore" in refusal(replace(FIT, missing_extensions=("postgis", "hstore")))


def test_an_occupied_database_needs_replace_and_its_name() -> None:
    facts = replace(FIT, database=FULL)
    with pytest.raises(RefusedError, match=r"not empty: table public\.a and 8 more"):
        refuse_occupied(facts, "shop", replace=False, confirmed="shop")
    for confirmed in ("", "shop2", "SHOP"):
        with pytest.raises(RefusedError, match="needs the name"):
            refuse_occupied(facts, "shop", replace=True, confirmed=confirmed)
    refuse_occupied(facts, "shop", replace=True, confirmed="shop")


def test_an_empty_database_is_taken_unless_somebody_is_in_it() -> None:
    empty = ExistingDatabase(sessions=0, objects=(), object_count=0)
    refuse_occupied(replace(FIT, database=empty), "shop", replace=False, confirmed="")
    with pytest.raises(RefusedError, match="2 sessions"):
        refuse_occupied(
            replace(FIT, database=replace(empty, sessions=2)), "shop", replace=False, confirmed=""
        )


@pytest.mark.parametrize("name", ["", "postgres", "template0", "template1"])
def test_some_names_are_no_targets(name: str) -> None:
    with pytest.raises(RestoreUsageError):
        check_name(name)
