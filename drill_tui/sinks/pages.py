"""Pages made from templates: every text is cleaned and escaped; they need no network and no script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from drill_tui.sinks.words import clean, duration_or_dash


def page_environment(templates: Path) -> Environment:
    """For the templates of one folder; a name that a template has and nobody gave is an error."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["length_words"] = duration_or_dash
    return environment
