"""Where backups lie: a folder of this machine, or a place in a store, by a URL without a secret in it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

PACKAGES: Final = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "sftp": "paramiko"}
"""The schemes that are taken, and the package that reads each (fsspec's known implementations)."""
CHAIN: Final = "::"
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def is_url(text: str) -> bool:
    """Whether this names a place in a store; everything else is a path."""
    return _URL.match(text) is not None


def scheme_of(url: str) -> str:
    return url.partition("://")[0].lower()


def url_fault(url: str) -> str:
    """Why this URL is not taken, as the end of a sentence that never quotes it; empty for a good one."""
    known = ", ".join(f"{scheme}://" for scheme in PACKAGES)
    if scheme_of(url) not in PACKAGES:
        return f"a place is a folder, or begins with one of {known}"
    if CHAIN in url:
        return f"{CHAIN} chains several places in fsspec, and a place here is one"
    try:
        parts = urlsplit(url)
        secret = parts.password is not None or bool(parts.query)
    except ValueError:
        return "it is no URL; write it as s3://BUCKET/PREFIX"
    if secret:
        return (
            "a URL that holds a password or a signature shows in process lists and reports; leave that out "
            "and let the library find the credentials: its environment, its profile, the machine's role"
        )
    if not parts.netloc:
        return "it names no bucket or host; write it as s3://BUCKET/PREFIX"
    return ""
