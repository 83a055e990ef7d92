"""Markdown and HTML: complete, self-contained, and deaf to markup in the data."""

from __future__ import annotations

import doctest
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill_tui.sinks import markdown as markdown_module
from drill_tui.sinks.approvals import approvals
from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import code, markdown, md
from drill_tui.sinks.timeline import LEFT, RIGHT, timeline
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import GateReport, Report, SignatureReport
from tests.unit.sinks.stories import failed, hostile, passed
from tests.unit.verdict.drills import Drill

REPORTS = pytest.mark.parametrize(
    "report",
    [passed(), failed(), hostile(), fold(Drill().start().records)],
    ids=["passed", "failed", "hostile", "cut off at once"],
)


class Page(HTMLParser):
    """Collects tags, attributes and visible text; knows whether every tag was closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@REPORTS
def test_the_page_is_well_formed_and_needs_nothing_from_outside(report: Report) -> None:
    page = Page(html(report))
    assert page.open == []
    assert not {"script", "link", "iframe", "img", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "onclick", "onload"}]
    assert "url(http" not in html(report)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", html(report))


@REPORTS
def test_the_page_tells_what_the_report_holds(report: Report) -> None:
    text = " ".join(Page(html(report)).text.split())
    for criterion in report.criteria:
        assert criterion.title in text
    for sentence in (*report.rto.leaves_out, "What this drill did not test", "Timeline", "Environment"):
        assert sentence in text
    assert report.run_id in text
    assert report.runbook.sha256 in text


@REPORTS
def test_the_timeline_is_a_well_formed_picture(report: Report) -> None:
    picture = re.search(r"<svg.*?</svg>", html(report), re.DOTALL)
    assert picture is not None
    root = ET.fromstring(picture[0])  # noqa: S314 - our own text
    ran = [step for step in report.steps if step.started_at]
    assert len([t for t in root.iter("text") if (t.get("class") or "").startswith("t-")]) == 2 * len(ran)


def test_a_time_under_the_fast_profile_is_nowhere_called_rto() -> None:
    report = passed()
    fast = report.model_copy(update={"rto": report.rto.model_copy(update={"profile": "fast", "met": None})})
    assert "Recovery time (RTO)" in html(report)
    assert "Recovery time (RTO)" not in html(fast)
    assert "Time (not RTO)" in html(fast)
    assert "- Time (not RTO): " in markdown(fast)


def test_bars_lie_inside_the_picture_and_in_order() -> None:
    rows = timeline(failed()).rows
    bars = [bar for row in rows for bar in row.bars]
    assert all(bar.x >= LEFT and bar.x + bar.width <= RIGHT + 0.01 for bar in bars)
    firsts = [row.bars[0].x for row in rows]
    assert firsts == sorted(firsts)
    assert {bar.kind for bar in bars} == {"pass", "fail"}


def test_a_drill_of_no_time_still_draws() -> None:
    assert timeline(fold(Drill().start().records)).rows == ()


def test_a_drill_of_days_has_few_ticks() -> None:
    drill = Drill().start().passed("backup", seconds=9 * 86_400)
    assert 2 <= len(timeline(fold(drill.records)).ticks) <= 10


def test_a_failed_page_says_what_to_do_and_shows_the_logs_end(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "verify.log").write_text("one\n<b>\x1b[31mlast words\x1b[0m</b>\n")
    text = Page(html(failed(), tmp_path)).text
    assert "What to do now" in text
    assert "<b>last words</b>" in text
    assert "What to do now" not in Page(html(passed())).text


def test_who_approved_stands_in_the_first_screen_and_who_signs_on_the_first_page() -> None:
    people = [
        SignatureReport(
            name=name,
            role=role,
            at=f"2026-11-22T14:0{minute}:00.000Z",
            via="terminal",
            attested="same-terminal",
        )
        for name, role, minute in (("Ada", "lead", 1), ("Grace", "second", 2))
    ]
    policy = SignatureReport(name="policy:auto", role="", at=people[0].at, via="auto", attested="policy")
    gate = GateReport(
        step="restore", kind="signoff", prompt="Restore?", opened_at=people[0].at, answer="approved",
        by=tuple(people), values={}, reason="", wait_s=60,
    )  # fmt: skip
    text = Page(html(passed().model_copy(update={"gates": (gate,)}))).text
    told = "Approved by Ada (lead, 14:01:00 UTC), Grace (second, 14:02:00 UTC): Restore?"
    assert text.index("PASS", 200) < text.index(told) < text.index("Recovery time (RTO)")
    assert text.index("Signatures") < text.index("What was proved")
    unasked = gate.model_copy(update={"by": (policy,)})
    assert list(approvals(passed().model_copy(update={"gates": (unasked,)}))) == [
        "Approved by the runbook's policy, nobody was asked: Restore?"
    ]


def test_demo_and_training_are_announced_above_everything() -> None:
    report = passed().model_copy(update={"source": {"kind": "demo"}, "training": True})
    text = Page(html(report)).text
    assert text.index("generated demo database") < text.index("PASS", 200)
    assert "it does not count as a drill" in text
    assert "**The generated demo database was drilled" in markdown(report)
    assert "**This was training" in markdown(report)


@REPORTS
def test_markdown_keeps_its_tables_and_escapes_the_data(report: Report) -> None:
    text = markdown(report)
    assert "<script>" not in _outside_code(text)
    assert "\x1b" not in text
    widths: set[tuple[int, int]] = set()
    for number, block in enumerate(re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)):
        widths |= {(number, len(_cells(line))) for line in block.splitlines()}
    assert len(widths) == len({number for number, _ in widths}), "every row has its table's columns"


def _outside_code(text: str) -> str:
    return re.sub(r"(`+).*?\1", "", text)


def _cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line)


@pytest.mark.parametrize(
    ("text", "span"), [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", r"`a\|b`"), ("", "")]
)
def test_code_spans_hold_any_text(text: str, span: str) -> None:
    assert code(text) == span


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(markdown_module).failed == 0


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_stays_in_its_cell(text: str) -> None:
    for cell in (md(text), code(text)):
        assert len(cell.splitlines()) <= 1
        assert len(_cells(f"| {cell} |")) == 3, "a backslash before a bar keeps it inside"
