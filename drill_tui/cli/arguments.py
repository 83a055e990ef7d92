"""Values that several programs of the runbook's steps take on their command line."""

from __future__ import annotations

import argparse

MOST_JOBS = 256


def jobs(text: str) -> int:
    """A number of parallel jobs; 0 leaves it to the program.  For argparse: raises ArgumentTypeError."""
    if not text.isdigit() or int(text) > MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs from 0 to {MOST_JOBS}")
    return int(text)
