"""The score as JUnit XML: a case for each fault; one that nobody noticed is a failure."""

from __future__ import annotations

from collections import Counter
from typing import Final
from xml.etree import ElementTree as ET

from drill_tui.sinks.junit import legal
from drill_tui.verdict.score import Fate, Mutant, Score

KINDS: Final = {
    Fate.SURVIVED: "failure",
    Fate.DOUBTED: "failure",
    Fate.ELSEWHERE: "failure",
    Fate.NOT_JUDGED: "error",
    Fate.NO_SITE: "skipped",
}


def junit(score: Score) -> str:
    cases = [_case(mutant) for mutant in score.mutants]
    clean = ET.Element("testcase", classname="score.clean", name="unbroken_copies", time="0.000")
    for alarm in score.false_alarms:
        ET.SubElement(clean, "failure", message=legal(alarm), type="false alarm")
    cases.append(clean)
    kinds = Counter(case[0].tag for case in cases if len(case))
    suite = ET.Element(
        "testsuite",
        name="mutation score",
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"]),
        skipped=str(kinds["skipped"]),
        time=f"{score.duration_s:.3f}",
    )
    suite.extend(cases)
    root = ET.Element("testsuites", name=legal(score.run_id), tests=suite.attrib["tests"])
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(mutant: Mutant) -> ET.Element:
    place = mutant.place.replace(" ", "_")
    case = ET.Element(
        "testcase", classname=f"score.{place}", name=legal(mutant.fault), time=f"{mutant.duration_s:.3f}"
    )
    kind = KINDS.get(mutant.fate)
    if kind is not None:
        said = f"missed: {', '.join(mutant.missed) or 'nothing'}; expected: {mutant.expected}"
        message = f"{mutant.breaks} {said}. {mutant.advice}"
        ET.SubElement(case, kind, message=legal(message), type=legal(mutant.fate)).text = legal(mutant.site)
    return case
