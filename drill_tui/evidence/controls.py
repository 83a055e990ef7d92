"""What a drill shows, and does not show, for the controls that auditors ask about.

The words are ours; the names are those of ISO/IEC 27001:2022 Annex A, the AICPA's Trust Services Criteria
(2017, points of focus of 2022), Directive (EU) 2022/2555 and Regulation (EU) 2022/2554.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Control:
    name: str
    about: str
    shows: str
    does_not_show: str


CONTROLS: Final = (
    Control(
        "ISO/IEC 27001:2022 A.8.13",
        "Information backup: copies are kept and regularly tested",
        "That a backup was restored, when, how fast, and that what came back is what was backed up.",
        "That every system is backed up, where copies are kept and how they are protected.",
    ),
    Control(
        "SOC 2 A1.2",
        "Environmental protections, data back-up processes and recovery infrastructure",
        "That the back-up process gave a complete, restorable copy, with its age at that time (RPO).",
        "Environmental protections, off-site storage, capacity, and that the process ran on the other days.",
    ),
    Control(
        "SOC 2 A1.3",
        "Recovery plan procedures are tested",
        "That the database part of the plan was carried out step by step, by whom, and what came out.",
        "Recovery of applications, of the network and of whole sites, and the decisions of a real incident.",
    ),
    Control(
        "NIS2 (EU) 2022/2555 art. 21 (2) (c)",
        "Business continuity, such as backup management and disaster recovery, and crisis management",
        "That backups of this database restore, and how long that takes.",
        "Crisis management, the supply chain, reporting, and systems that were not drilled.",
    ),
    Control(
        "DORA (EU) 2022/2554 art. 11",
        "Response and recovery: plans are tested at least yearly",
        "That recovery of this database was tested on these days, failures and their incidents included.",
        "Scenarios of cyber-attacks and switch-over, communication, impact analysis, and other functions.",
    ),
    Control(
        "DORA (EU) 2022/2554 art. 12",
        "Backup policies, restoration and recovery procedures and methods",
        "Periodic restoration tests; that the target was kept apart from the source; recovery time and point "
        "against their objectives; reconciliation of the data after the restore.",
        "That production's own recovery system is segregated and up to date, the backup policy's scope, and "
        "redundant capacity.",
    ),
)
