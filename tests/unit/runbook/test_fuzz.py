"""Whatever the file holds: a runbook or a clear error, never a traceback and never a long wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from drill_tui.runbook.durations import format_duration, parse_duration
from drill_tui.runbook.load import RunbookError, load, parse_text
from drill_tui.runbook.show import to_markdown
from drill_tui.runbook.values import ReferenceSyntaxError, fill, references
from tests.unit.confinement import confined_to

NOWHERE = Path("/nowhere")
DATA = Path(__file__).parents[2] / "data" / "runbooks"
SAMPLE = (DATA / "good" / "every_field.yaml").read_text()
PLAIN = YAML(typ="safe", pure=True).load(SAMPLE)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
yaml_signs = st.text(alphabet=":-?[]{}&*!|>'\"%@`#,\n\t \\ab01${}.\0\x85\ufeff", max_size=60)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(
    ["${params.text}", "${", "90s", "take", "take.start", "[", "a/b", "lead", "echo"]
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def expect_a_runbook_or_errors(text: str) -> None:
    try:
        with confined_to(NOWHERE):
            assert to_markdown(parse_text(text))
    except RunbookError as error:
        problems = error.problems
    else:
        return
    lines = text.count("\n") + 2
    assert problems
    assert all(1 <= p.line <= lines and p.column >= 1 and p.message for p in problems)


@given(st.text(max_size=80) | yaml_signs)
@quick
def test_any_text(text: str) -> None:
    expect_a_runbook_or_errors(text)


@given(content=st.binary(max_size=80))
@quick
def test_any_bytes(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(RunbookError), confined_to(NOWHERE):
        load(path)


@given(at=st.integers(0, len(SAMPLE)), cut=st.integers(0, 30), insert=yaml_signs)
@quick
def test_a_damaged_runbook(at: int, cut: int, insert: str) -> None:
    expect_a_runbook_or_errors(SAMPLE[:at] + insert + SAMPLE[at + cut :])


@given(data=st.data(), value=trees)
@quick
def test_a_runbook_with_a_strange_value_somewhere(data: st.DataObject, value: object) -> None:
    def spoil(node: object, depth: int) -> object:
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
        if not keys or depth == 0:
            return value
        chosen = data.draw(st.sampled_from(list(keys)))
        if isinstance(node, dict):
            return {**node, chosen: spoil(node[chosen], depth - 1)}
        assert isinstance(node, list)
        return [spoil(item, depth - 1) if index == chosen else item for index, item in enumerate(node)]

    text = StringIO()
    YAML(typ="safe", pure=True).dump(spoil(PLAIN, data.draw(st.integers(1, 6))), text)
    expect_a_runbook_or_errors(text.getvalue())


def test_an_entry_that_is_wrong_in_two_ways() -> None:
    text = "version: 1\nid: a\ntitle: A\nsteps: [{id: b, title: B, run: [{}, x]}]\n"
    expect_a_runbook_or_errors(text)


@given(st.text(max_size=40) | st.text(alphabet="${}.params", max_size=30))
@quick
def test_filling_agrees_with_finding(text: str) -> None:
    try:
        names = [reference.name for reference in references(text)]
    except ReferenceSyntaxError:
        with pytest.raises(ReferenceSyntaxError):
            fill(text, lambda name: "")
        return
    seen: list[str] = []
    fill(text, lambda name: seen.append(name) or "")  # type: ignore[func-returns-value]
    assert seen == names


@given(st.integers(0, 10**7))
@quick
def test_durations_survive_being_written(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds
