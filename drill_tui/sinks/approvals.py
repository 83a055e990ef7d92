"""Who agreed to what: the line that an auditor looks for first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from drill_tui.verdict.report import GateReport, Report, SignatureReport
from drill_tui.verdict.transitions import AUTOMATIC

ASKS_FOR_AGREEMENT: Final = frozenset({"signoff", "confirm", "type"})
_ANSWERS: Final = {"approved": "Approved", "rejected": "Refused", "expired": "Nobody answered"}


def approvals(report: Report) -> Iterator[str]:
    """A sentence for each gate that asked for agreement and was answered."""
    for gate in report.gates:
        if gate.kind in ASKS_FOR_AGREEMENT and gate.answer in _ANSWERS:
            by = _by(gate)
            reason = f" – {gate.reason}" if gate.reason else ""
            yield f"{_ANSWERS[gate.answer]}{by}: {gate.prompt}{reason}"


def _by(gate: GateReport) -> str:
    people = [person for person in gate.by if person.attested not in AUTOMATIC]
    if people:
        return " by " + ", ".join(_signature(person) for person in people)
    flag = any(person.attested == "flag" for person in gate.by)
    how = "on the command line" if flag else "by the runbook's policy, nobody was asked"
    return f" {how}" if gate.by else ""


def _signature(person: SignatureReport) -> str:
    role = f"{person.role}, " if person.role else ""
    return f"{person.name} ({role}{person.at[11:19]} UTC{login_words(person)})"


def login_words(person: SignatureReport) -> str:
    """Behind the time of a signature: which login it was, where the kernel has said it."""
    return f", login {person.login}, uid {person.uid}" if person.login else ""
