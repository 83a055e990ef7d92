"""Where Barman keeps what it keeps: its configuration, read as Barman reads it, and changed by nobody."""

from __future__ import annotations

import configparser
import pwd
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.sources.port import BackupFaultError, Order
from drill_tui.sources.tool import account_of

GLOBAL: Final = "barman"
OWN_PLACES: Final = ("~/.barman.conf", "/etc/barman.conf", "/etc/barman/barman.conf")
QUOTED: Final = re.compile(r"""(["'])(.*)\1""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One of the servers that Barman backs up, by where its files lie."""

    name: str
    bases: Path
    wals: Path
    incoming: Path
    streaming: Path
    meta: Path
    """Where Barman keeps `backup.info` since 3.13.2; before that it lay beside the data."""


def server_of(order: Order) -> Server:
    """Raises ActionError where there is no configuration, BackupFaultError where it has no such server."""
    config = _read(order)
    names = [name for name in config.sections() if name != GLOBAL and not _is_model(config, name)]
    if order.name not in names:
        raise BackupFaultError(
            f"Barman's configuration has no server {order.name!r}; it has: {', '.join(names) or 'none'}. "
            "Name the right one with -p server=…"
        )
    root = _value(config, GLOBAL, "barman_home")
    home = _value(config, order.name, "backup_directory") or f"{root}/{order.name}"
    places = {
        option: _value(config, order.name, f"{option}_directory") or f"{home}/{default}"
        for option, default in (
            ("basebackups", "base"),
            ("wals", "wals"),
            ("incoming_wals", "incoming"),
            ("streaming_wals", "streaming"),
        )
    }
    elsewhere = next((where for where in places.values() if "://" in where), "")
    if elsewhere:
        raise ActionError(f"Barman keeps {order.name} in {elsewhere}, and only folders can be drilled")
    return Server(
        name=order.name,
        bases=Path(places["basebackups"]),
        wals=Path(places["wals"]),
        incoming=Path(places["incoming_wals"]),
        streaming=Path(places["streaming_wals"]),
        meta=Path(home, "meta"),
    )


def _read(order: Order) -> configparser.ConfigParser:
    """As Barman reads it: the file, the folder that it names, what `config-update` wrote; the last word wins.

    A folder in the place of a file is taken for Barman's home, mounted where there is no configuration.
    """
    config = configparser.ConfigParser(strict=False)
    if order.place and Path(order.place).is_dir():
        config.read_dict({GLOBAL: {"barman_home": order.place.replace("%", "%%")}})
        config.read_dict({path.parent.name: {} for path in Path(order.place).glob("*/base")})
        return config
    file = _config_file(order)
    try:
        config.read_string(file.read_text(), str(file))
        more = _value(config, GLOBAL, "configuration_files_directory")
        for part in sorted(Path(more).expanduser().glob("*.conf")) if more else []:
            config.read_string(part.read_text(), str(part))
        changed = Path(_value(config, GLOBAL, "barman_home") or "/nowhere", ".barman.auto.conf")
        if changed.exists():
            config.read_string(changed.read_text(), str(changed))
    except OSError as problem:
        raise ActionError(f"{problem.filename} cannot be read: {problem.strerror}") from None
    except (configparser.Error, UnicodeError) as problem:
        raise ActionError(f"Barman's configuration {file} cannot be read: {problem}") from None
    return config


def _config_file(order: Order) -> Path:
    if order.place:
        return Path(order.place)
    account = account_of(order)
    home = pwd.getpwuid(account.uid).pw_dir if account else order.environment.get("HOME", "/")
    places = [Path(place.replace("~", home)) for place in OWN_PLACES]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise ActionError(
            f"Barman has no configuration here ({', '.join(map(str, places))}); name its file with "
            "-p config=…, or the folder that holds the backups (barman_home)"
        )
    return found


def _value(config: configparser.ConfigParser, section: str, option: str) -> str:
    """Empty where it is not set.  Raises ActionError for a reference to nothing."""
    try:
        found = config.get(section, option, fallback="")
    except configparser.Error as problem:
        raise ActionError(f"Barman's configuration cannot be read: {problem}") from None
    match = QUOTED.fullmatch(found)
    found = match[2] if match else found
    return "" if found == "None" else found


def _is_model(config: configparser.ConfigParser, section: str) -> bool:
    return _value(config, section, "model").lower() in ("true", "t", "yes", "1", "on")
