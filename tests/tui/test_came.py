"""What came beside what was expected: the facts that it asks for, in words, and nothing else."""

from __future__ import annotations

from drill_tui.tui.came import facts

OPENED = {
    "kind": "configured",
    "host": "db.example",
    "port": "5432",
    "dbname": "shop",
    "server_version": "18.6",
    "size_bytes": "169424",
    "schema_sha256": "0" * 64,
    "system_identifier": "7450000000000000000",
}


def test_only_what_is_asked_for_is_shown_and_in_words() -> None:
    told = facts("One line that names host, database, server version and size.", OPENED)
    assert [(fact.name, fact.words) for fact in told] == [
        ("host", "db.example"),
        ("database", "shop"),
        ("server version", "18.6"),
        ("size", "169 kB"),
    ]


def test_the_age_of_a_snapshot_is_a_length_of_time_and_coverage_asks_for_none() -> None:
    outputs = {"snapshot_age_s": "650.4", "checksums_sha256": "f" * 64}
    assert [fact.words for fact in facts("The age of the snapshot is within the objective.", outputs)] == [
        "10 min 50 s"
    ]
    assert facts("The coverage says what you expect.", outputs) == ()


def test_an_output_of_a_runbook_is_asked_for_by_its_name() -> None:
    (fact,) = facts("No orphan is left.", {"orphan_rows": "0", "size_bytes": "many"})
    assert (fact.name, fact.words) == ("orphan rows", "0")
    assert facts("Of any size.", {"size_bytes": "many"})[0].words == "many"
