"""Three sentences that a team can paste: facts alone, each on a line of its own."""

from __future__ import annotations

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.sinks.chat import chat_sentences
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import AgreedReport, Report
from tests.tui.storyteller import Storyteller


def whole(**changes: object) -> Report:
    return fold(Storyteller().whole().records).model_copy(update=changes)


def test_a_pass_says_what_was_drilled_how_long_it_took_and_what_it_proves() -> None:
    source = {"kind": "configured", "dbname": "zakops", "size_bytes": "851443712"}
    what, times, found = chat_sentences(whole(source=source))
    assert what == "Quarterly restore drill (guided), 18 Nov 2026, database zakops, 851 MB: PASS."
    assert times == "Recovery time 3 min 42 s of 30 min, 22.0 s of it people; data lost: 46.0 s of 24 h."
    assert found == "The backup restores: every required criterion was met."


def test_what_the_debrief_agreed_on_is_in_it() -> None:
    agreed = (AgreedReport(what="Dump the roles.", owner="Ada", until="2026-12-31"),)
    found = chat_sentences(whole(agreed=agreed))[2]
    assert found.endswith("was met; agreed: Dump the roles (Ada, until 2026-12-31).")


def test_a_failure_says_what_was_found_and_what_is_open() -> None:
    what, times, found = chat_sentences(fold(Storyteller().failed().records))
    assert what.endswith(": FAIL.")
    assert times.startswith("No recovery time was measured; the drill took 2 min")
    assert found.startswith(
        "Step restore (Restore into the isolated database) failed: exit 1; not proven: The restore"
    )
    assert found.endswith("and 4 more.")


def test_what_does_not_count_says_so() -> None:
    trained = chat_sentences(fold(Storyteller(Mode.TRAINING).whole().records))[0]
    assert "(a training, which does not count)" in trained
    assert (
        "the generated demo database" in chat_sentences(whole(source={"kind": "demo", "dbname": "zakops"}))[0]
    )


def test_text_of_programs_stays_on_its_line() -> None:
    reason = "exit 1: " + "\x1b[31mERROR\n" * 200
    for said in chat_sentences(whole(verdict="fail", passed=False, failure_reason=reason)):
        assert "\n" not in said
        assert "\x1b" not in said
        assert len(said) < 700


def test_a_check_without_times_says_how_long_it_took() -> None:
    rto = whole().rto.model_copy(update={"objective_s": None, "wall_s": None})
    rpo = whole().rpo.model_copy(update={"objective_s": None})
    report = whole(drill_type="check", rto=rto, rpo=rpo)
    assert chat_sentences(report)[1] == "The drill took 5 min 38 s."


def test_a_time_under_the_fast_profile_is_not_called_recovery_time() -> None:
    rto = whole().rto.model_copy(update={"profile": "fast", "met": None})
    assert chat_sentences(whole(rto=rto))[1].startswith("Time (not RTO) 3 min 42 s")


def test_an_end_without_a_reason_still_says_what_the_verdict_means() -> None:
    report = whole(verdict="aborted", passed=False, failure_reason=None, end_reason=ev.EndReason.ABORTED)
    assert chat_sentences(report)[2].startswith("A person ended the drill before it could tell")
