"""What people can do on the screens of a practice; `commands.py` puts it into the one registry."""

from __future__ import annotations

from typing import Final

from drill_tui.tui.command import Command

PRACTICE: Final = (
    Command(
        "practices.open",
        "practices",
        "enter,space",
        "Practise",
        "Begin the chosen one",
        "open",
        key_shown="⏎",
    ),
    Command("practices.back", "practices", "escape", "Back", "Back to the runbooks", "back", key_shown="esc"),
    Command(
        "practice.backup",
        "practice",
        "b",
        "Backup",
        "Check the backup: checksums, then read it",
        "check('backup')",
    ),
    Command(
        "practice.restored",
        "practice",
        "r",
        "Restored",
        "Compare what was restored with the backup",
        "check('restored')",
    ),
    Command("practice.log", "practice", "l", "Log", "Read the next log: backup, restore, server", "log"),
    Command(
        "practice.shell", "practice", "s", "Shell", "A shell in which psql reaches the database", "shell"
    ),
    Command("practice.hint", "practice", "t", "Hint", "One hint; it is counted", "hint"),
    Command("practice.diagnose", "practice", "d", "Diagnose", "Say what is broken", "diagnose"),
    Command("practice.give_up", "practice", "g", "Give up", "Be told what was broken", "give_up"),
    Command(
        "practice.back",
        "practice",
        "escape",
        "Leave",
        "Leave; it counts as cut off",
        "back",
        False,
        key_shown="esc",
    ),
    # With priority, so that what is typed right behind it is written into the field.
    Command(
        "diagnose.choose", "diagnose", "enter", "Choose", "This one; go on", "to_words", False, priority=True
    ),
    Command("diagnose.say", "diagnose", "ctrl+s", "Say it", "This is broken", "say", key_shown="^s"),
    Command("diagnose.back", "diagnose", "escape", "Back", "Look on", "back", key_shown="esc"),
    Command(
        "revealed.home",
        "revealed",
        "escape,h",
        "Home",
        "Back to where you came from",
        "home",
        key_shown="esc",
    ),
)
