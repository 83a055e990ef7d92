"""Splits, as every face and artifact compares them."""

from drill_tui.verdict.laps import Laps

__all__ = ["Laps"]
