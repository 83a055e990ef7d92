"""Small runbooks for tests of the verdict."""

from __future__ import annotations

from textwrap import dedent, indent


def runbook(criteria: str, steps: str = "") -> str:
    """A runbook of two steps, `one` and `two`, with these criteria (YAML below `criteria:`)."""
    default = """
    - {id: one, title: First, run: [/bin/true], timeout: 1m, outputs: {n: {type: string}}}
    - {id: two, title: Second, run: [/bin/true], timeout: 1m}
    """
    return "\n".join(
        [
            "version: 1",
            "id: small",
            "title: Small",
            "criteria:",
            indent(dedent(criteria).strip(), "  "),
            "steps:",
            indent(dedent(steps or default).strip(), "  "),
            "",
        ]
    )
