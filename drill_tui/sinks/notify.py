"""Tells the services that a team uses, through apprise, and the team's own hook that makes a ticket.

Addresses come only from the environment, because they hold secrets.  A notifier that fails is reported and
changes nothing else: no verdict, no exit code.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from pathlib import Path

URLS_VARIABLE = "DRILL_NOTIFY_URLS"
HOOK_VARIABLE = "DRILL_INCIDENT_HOOK"
TIMEOUT_S = 60.0


class NotifyError(Exception):
    """A message that did not go out; the text holds no address, for an address may hold a secret."""


def notify(
    title: str, body: str, *, bad: bool, environment: Mapping[str, str], timeout_s: float = TIMEOUT_S
) -> int:
    """Send to every address in DRILL_NOTIFY_URLS (separated by white space); returns how many there are.

    Raises NotifyError when one of them did not take the message, after all were tried.
    """
    urls = environment.get(URLS_VARIABLE, "").split()
    if not urls:
        return 0
    failed = []
    with ThreadPoolExecutor(max_workers=len(urls)) as pool:
        sending = [pool.submit(_send, url, title, body, bad) for url in urls]
        for number, future in enumerate(sending, start=1):
            try:
                future.result(timeout=timeout_s)
            except TooLong:
                failed.append(f"{_name(urls[number - 1], number)} did not answer within {timeout_s:g} s")
            except NotifyError as error:
                failed.append(f"{_name(urls[number - 1], number)} {error}")
            except Exception as error:
                failed.append(f"{_name(urls[number - 1], number)} failed with {type(error).__name__}")
    if failed:
        raise NotifyError("; ".join(failed))
    return len(urls)


def _send(url: str, title: str, body: str, bad: bool) -> None:
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    sender = apprise.Apprise()
    if not sender.add(url):
        raise NotifyError("is not an address that apprise knows")
    kind = apprise.NotifyType.FAILURE if bad else apprise.NotifyType.SUCCESS
    if not asyncio.run(sender.async_notify(body=body, title=title, notify_type=kind)):
        raise NotifyError("did not take the message")


def _name(url: str, number: int) -> str:
    """`notifier 2 (slack)`: the scheme is safe to show, the rest is not."""
    scheme = url.partition("://")[0]
    return f"notifier {number} ({scheme})" if scheme.isalnum() else f"notifier {number}"


def make_ticket(
    incident_json: Path, variables: Mapping[str, str], environment: Mapping[str, str]
) -> str | None:
    """Run the hook command with the incident's file as its last argument; its first line is the ticket's id.

    None where no hook is set.  Raises NotifyError when it fails, says nothing or takes over a minute.
    """
    command = environment.get(HOOK_VARIABLE, "")
    if not command.strip():
        return None
    try:
        done = subprocess.run(
            [*shlex.split(command), str(incident_json)],
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except ValueError as error:
        raise NotifyError(f"{HOOK_VARIABLE} cannot be read as a command: {error}") from None
    except OSError as error:
        raise NotifyError(f"the incident hook cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise NotifyError(f"the incident hook did not end within {TIMEOUT_S:g} s") from None
    if done.returncode != 0:
        raise NotifyError(f"the incident hook failed with exit code {done.returncode}")
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if not lines:
        raise NotifyError("the incident hook printed no ticket id on its first line")
    return lines[0][:200]
