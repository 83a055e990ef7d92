"""Tells the services that a team uses, through apprise.

Addresses come only from the environment, because they hold secrets.  A notifier that fails is reported and
changes nothing else: no verdict, no exit code.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

URLS_VARIABLE: Final = "DRILL_NOTIFY_URLS"
TIMEOUT_S: Final = 60.0
MAX_SCHEME_CHARS: Final = 16


class NotifyError(Exception):
    """A message that did not go out; the text holds no address, for an address may hold a secret."""


def notify(
    title: str, body: str, *, bad: bool, environment: Mapping[str, str], timeout_s: float = TIMEOUT_S
) -> int:
    """Send to every address in DRILL_NOTIFY_URLS (separated by white space); returns how many there are.

    Raises NotifyError when one of them did not take the message within `timeout_s`, after all were tried.
    """
    urls = environment.get(URLS_VARIABLE, "").split()
    messages = [_Message(url, title, body, bad) for url in urls]
    until = time.monotonic() + timeout_s
    failed = []
    for number, message in enumerate(messages, start=1):
        message.join(max(0.0, until - time.monotonic()))
        problem = f"did not answer within {timeout_s:g} s" if message.is_alive() else message.problem
        if problem:
            failed.append(f"{_name(message.url, number)} {problem}")
    if failed:
        raise NotifyError("; ".join(failed))
    return len(urls)


class _Message(threading.Thread):
    """On its way to one service.  A daemon: a service that never answers does not hold up the exit."""

    def __init__(self, url: str, title: str, body: str, bad: bool) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.problem = ""
        self._words = title, body, bad
        self.start()

    def run(self) -> None:
        try:
            self.problem = _send(self.url, *self._words)
        except Exception as error:
            self.problem = f"failed with {type(error).__name__}"


def _send(url: str, title: str, body: str, bad: bool) -> str:
    """What went wrong, in words without the address; empty when the service took the message."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    sender = apprise.Apprise()
    if not sender.add(url):
        return "is not an address that apprise knows"
    kind = apprise.NotifyType.FAILURE if bad else apprise.NotifyType.SUCCESS
    took = asyncio.run(sender.async_notify(body=body, title=title, notify_type=kind))
    return "" if took else "did not take the message"


def _name(url: str, number: int) -> str:
    """`notifier 2 (slack)`: the scheme is safe to show, the rest is not, nor what has no scheme."""
    scheme, separator, _ = url.partition("://")
    shown = separator and scheme.isalnum() and len(scheme) <= MAX_SCHEME_CHARS
    return f"notifier {number} ({scheme})" if shown else f"notifier {number}"
