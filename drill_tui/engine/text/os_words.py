"""What an operating system refused, in words for people."""

from __future__ import annotations


def os_words(error: Exception) -> str:
    """`Read-only file system: /srv/evidence`; any other exception in its own words."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error) or type(error).__name__
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
