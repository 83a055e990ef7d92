"""`drill-tui keys …` and `drill-tui report verify`: signatures over the evidence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drill_tui.cli.exits import Exit, UserError

if TYPE_CHECKING:
    from drill_tui.evidence.finding import Finding
    from drill_tui.sinks.terminal import Terminal

MARKS: Final = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("–", "dim")}
HOW_SURE: Final = (
    "Who holds this key made the signature; that it is the person or the machine of that name, only whoever",
    "gave you the public key can say: compare its fingerprint with one that you got in another way.",
)


def make_keys(folder: Path | None, name: str | None) -> Exit:
    """Make a key pair and say what to do with each half.  Raises UserError."""
    import getpass
    import socket

    from drill_tui.evidence.keys import VARIABLE, KeyFileError, keys_dir, load_public, make_key

    default = keys_dir()
    place = folder or default
    try:
        private, public, pem = make_key(place, name or f"{getpass.getuser()}@{socket.gethostname()}")
        key = load_public(public)[0]
    except KeyFileError as error:
        raise UserError(str(error), advice="Name another folder: --out DIR", code=Exit.ERROR) from None
    where = "Every drill of this user signs with it" if place == default else f"Set {VARIABLE}={private}"
    sys.stdout.write(
        f"{key.fingerprint} ({key.name})\n"
        f"Private  {private}\n         {where}. Keep a copy offline; it has no passphrase.\n"
        f"Public   {public}\n"
        "         For those who verify: drill-tui report verify FILE --key signing_key.pub\n"
        f"PEM      {pem}\n         The same, for openssl and other tools.\n"
    )
    return Exit.PASSED


def show_keys() -> Exit:
    """Print the key that drills are signed with, and those that are believed here.  Raises UserError."""
    import os

    from drill_tui.evidence.keys import KeyFileError, configured_key, trusted_keys
    from drill_tui.evidence.signer import load_signer

    try:
        key = configured_key(os.environ)
        signer = f"{load_signer(key)[1]}, {key}" if key else "nothing: drills are not signed"
        believed = [str(trusted) for trusted in trusted_keys(())]
    except KeyFileError as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    sys.stdout.write(f"Signs with  {signer}\n")
    for number, trusted in enumerate(believed or ["nobody without --key"]):
        sys.stdout.write(f"{'' if number else 'Believes':<12}{trusted}\n")
    return Exit.PASSED


def verify(path: Path, key_files: Sequence[Path]) -> Exit:
    """Print what is as it was signed, and by whom.  FAILED when anything is not; raises UserError."""
    from drill_tui.evidence.keys import KeyFileError, trusted_keys
    from drill_tui.evidence.verifying import NoEvidenceError
    from drill_tui.evidence.verifying import verify as look
    from drill_tui.sinks.terminal import Terminal

    try:
        keys = trusted_keys(key_files)
        if not keys:
            raise UserError("there is no public key to verify with", advice="Name one: --key FILE")
        sound = print_findings(look(path, keys))
    except (KeyFileError, NoEvidenceError) as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", code=Exit.ERROR) from None
    if sound:
        out = Terminal(sys.stdout)
        for line in HOW_SURE:
            out.line(line, "dim")
    return Exit.PASSED if sound else Exit.FAILED


def print_findings(findings: Iterable[Finding]) -> bool:
    """A line for each; whether nothing unsound was among them."""
    from drill_tui.sinks.terminal import Terminal

    out = Terminal(sys.stdout)
    return all([_told(finding, out) for finding in findings])  # noqa: C419 - every one is told


def _told(finding: Finding, out: Terminal) -> bool:
    from drill_tui.sinks.words import flat

    mark, style = MARKS[finding.sound]
    out.line(f"{mark} {flat(finding.subject)}: {flat(finding.says)}", style)
    return finding.sound is not False
