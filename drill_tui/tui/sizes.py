"""Where the layout changes: style classes that screens carry from this many cells on."""

from __future__ import annotations

WIDTHS: list[tuple[int, str]] | None = [(0, "-narrow"), (100, "-medium"), (150, "-wide")]
HEIGHTS: list[tuple[int, str]] | None = [(0, "-short"), (30, "-tall")]
DIALOG_WIDTHS: list[tuple[int, str]] | None = [(0, "-narrow"), (64, "-broad")]
DIALOG_HEIGHTS: list[tuple[int, str]] | None = [(0, "-low"), (18, "-high")]
GATE_WIDTHS: list[tuple[int, str]] | None = [(0, "-narrow"), (90, "-broad")]
GATE_HEIGHTS: list[tuple[int, str]] | None = [(0, "-low"), (30, "-high")]
"""Gates say more than other dialogs, and leave the clock at the top of an 80×24 terminal in sight."""
