"""The print-out of a guided drill: an agenda, and one page for each role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from drill_tui.cli.main import main
from drill_tui.runbook.load import parse_text
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Runbook
from drill_tui.runbook.paper import PAGE, to_paper
from tests.unit.runbook.test_show_and_schema import EVERY_FIELD, PROJECT, SHIPPED

RESTORE_DRILL = PROJECT / "runbooks" / "restore-drill.yaml"
BARE = "version: 1\nid: bare\ntitle: Bare\nsteps:\n  - {id: look, title: Look, run: [ls], budget: 90s}\n"


def runbook_of(path: Path) -> Runbook:
    return parse_text(path.read_text())


def pages_of(runbook: Runbook) -> dict[str, str]:
    """By what their heading begins with."""
    pages = to_paper(runbook).split(f"\n{PAGE}\n")
    return {page.removeprefix("# ").split(":")[0]: page for page in pages}


@pytest.mark.parametrize("path", [*SHIPPED, EVERY_FIELD], ids=lambda path: path.stem)
def test_every_guided_step_is_on_the_agenda_and_on_one_page(path: Path) -> None:
    runbook = runbook_of(path)
    agenda, *pages = to_paper(runbook).split(f"\n{PAGE}\n")
    for number, step in enumerate(runbook.steps, start=1):
        guided = not step.only or Mode.GUIDED in step.only
        assert agenda.count(f"| ☐ | {number}. ") == guided
        assert sum(page.count(f"## ☐ {number}. ") for page in pages) == guided
    html = MarkdownIt("commonmark").enable("table").render(to_paper(runbook))
    assert html.count("<h1>") == len(pages) + 1
    assert not re.search(r"\$\{(params|steps|run)\.", to_paper(runbook))


def test_each_role_has_its_page_with_its_own_steps() -> None:
    pages = pages_of(runbook_of(RESTORE_DRILL))
    assert list(pages) == ["Agenda", "Drill lead", "Operator", "Second pair of eyes", "Scribe"]
    steps = {role: re.findall(r"^## ☐ (\d+)\.", page, re.MULTILINE) for role, page in pages.items()}
    assert steps["Drill lead"] == ["1"]
    assert steps["Operator"] == ["3", "5", "7", "9"]
    assert steps["Second pair of eyes"] == ["2", "4", "6", "8"]
    assert steps["Scribe"] == ["10"]
    assert "What surprised us: ____" in pages["Scribe"]
    assert "**Watch:** Rows and bytes with the time left." in pages["Operator"]


def test_who_may_sign_the_step_of_somebody_else_has_it_on_the_page() -> None:
    pages = pages_of(runbook_of(RESTORE_DRILL))
    for role, signs in (("Drill lead", 1), ("Second pair of eyes", 1), ("Operator", 0), ("Scribe", 0)):
        assert pages[role].count("## ☐ Before 7. Restore into the isolated database (Operator)") == signs
        assert pages[role].count("I agree (2 people in all): ____") == signs


def test_a_text_that_two_people_type_is_on_the_pages_of_all_who_may() -> None:
    pages = pages_of(runbook_of(PROJECT / "runbooks" / "recover.yaml"))
    assert "8. Restore beside the broken database | Operator, typed by 2 |" in pages["Agenda"]
    assert "2 different people, each say aloud: `restore zakops_restore`" in pages["Operator"]
    for role in ("Incident lead", "Second pair of eyes", "Scribe"):
        assert "## ☐ Before 8. Restore beside the broken database (Operator)" in pages[role]
        assert "- ☐ I type `restore zakops_restore` myself (2 people in all): ____" in pages[role]


def test_time_boxes_add_up() -> None:
    agenda = pages_of(runbook_of(RESTORE_DRILL))["Agenda"]
    assert "| ☐ | 3. Create a backup | Operator | 10m | +0:00 | | |" in agenda
    assert "| ☐ | 9. Verify what came back | Operator | 10m | +0:29 | | |" in agenda
    assert "The boxes together: 39m. 5 steps have none." in agenda
    assert "from the start of “Start the isolated database” to the end of “Verify what came back”" in agenda


def test_without_roles_there_is_one_page_for_everybody() -> None:
    pages = pages_of(parse_text(BARE))
    assert list(pages) == ["Agenda", "Everybody"]
    assert "## ☐ 1. Look (box 1m30s)" in pages["Everybody"]
    assert "| role |" not in pages["Agenda"]


def test_a_role_without_a_step_is_told_so() -> None:
    text = BARE.replace("steps:", "roles:\n  guest: {title: Guest}\nsteps:")
    assert "No step waits for this role" in pages_of(parse_text(text))["Guest"]


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["runbook", "show", "restore-drill", "--paper", "--project", str(PROJECT)])
    assert end.value.code == 0
    assert capsys.readouterr().out == to_paper(runbook_of(RESTORE_DRILL))
