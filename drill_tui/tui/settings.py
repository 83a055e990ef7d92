"""What a person prefers: the keys and looks they wrote down, and the theme that they chose last."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from drill_tui.tui.commands import command_ids
from drill_tui.tui.themes import NAMES

CONFIG_NAME = "config.toml"


class SettingsError(Exception):
    """The configuration file says something that cannot be followed; the message names file and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    theme: str | None = None
    ascii_only: bool = False
    bell: bool = True
    """Ring once when the drill starts to wait for somebody."""
    mouse: bool = True
    """Ask the terminal to report the mouse; over a connection that breaks, nobody tells it to stop."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command id → keys, as Textual writes them: `"ctrl+r"`, several with commas."""
    remember_in: Path | None = None
    """The file that keeps the theme chosen last; None forgets."""


def config_path(environment: Mapping[str, str]) -> Path:
    """`DRILL_TUI_CONFIG`, or config.toml where this system keeps a user's configuration."""
    explicit = environment.get("DRILL_TUI_CONFIG")
    return Path(explicit) if explicit else platformdirs.user_config_path("drill-tui") / CONFIG_NAME


def state_path(environment: Mapping[str, str]) -> Path:
    """Where the last theme is remembered; beside an explicit configuration, else in the user's state."""
    explicit = environment.get("DRILL_TUI_CONFIG")
    folder = Path(explicit).parent if explicit else platformdirs.user_state_path("drill-tui")
    return folder / "tui-state.json"


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the configuration, if there is one.  Raises SettingsError with what to change."""
    path = config_path(environment)
    remembered = state_path(environment)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(theme=_remembered_theme(remembered), remember_in=remembered)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    _refuse_unknown(path, table, {"theme", "ascii", "bell", "mouse", "keys"}, "setting")
    return Settings(
        theme=_remembered_theme(remembered) or _theme(path, table.get("theme")),
        ascii_only=_flag(path, table, "ascii", default=False),
        bell=_flag(path, table, "bell", default=True),
        mouse=_flag(path, table, "mouse", default=True),
        keys=_keys(path, table.get("keys", {})),
        remember_in=remembered,
    )


def remember_theme(settings: Settings, theme: str) -> None:
    """Keep the theme for the next time; a disk that refuses is no reason to disturb a drill."""
    if settings.remember_in is None:
        return
    try:
        settings.remember_in.parent.mkdir(parents=True, exist_ok=True)
        settings.remember_in.write_text(json.dumps({"theme": theme}) + "\n", encoding="utf-8")
    except OSError:
        return


def _remembered_theme(path: Path) -> str | None:
    try:
        theme = json.loads(path.read_text(encoding="utf-8"))["theme"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return theme if theme in NAMES else None


def _theme(path: Path, name: object) -> str | None:
    if name is None or name in NAMES:
        return str(name) if name else None
    raise SettingsError(f"{path}: theme {name!r} is unknown; choose one of {', '.join(NAMES)}")


def _flag(path: Path, table: Mapping[str, object], name: str, *, default: bool) -> bool:
    value = table.get(name, default)
    if isinstance(value, bool):
        return value
    raise SettingsError(f"{path}: {name} must be true or false, not {value!r}")


def _keys(path: Path, table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: [keys] must be a table of command = keys")
    flat = dict(_flattened(table))
    _refuse_unknown(path, flat, command_ids(), "command in [keys]")
    for name, keys in flat.items():
        if not isinstance(keys, str) or not keys:
            raise SettingsError(f'{path}: the keys of {name} must be text such as "ctrl+r", not {keys!r}')
    return {name: str(keys) for name, keys in flat.items()}


def _flattened(table: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    """Both `"drill.note" = "m"` and `[keys.drill] note = "m"` name the same command."""
    pairs: list[tuple[str, object]] = []
    for name, value in table.items():
        pairs += (
            _flattened(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
        )
    return pairs


def _refuse_unknown(
    path: Path, table: Mapping[str, object], known: set[str] | frozenset[str], what: str
) -> None:
    from difflib import get_close_matches

    for name in table:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
            raise SettingsError(f"{path}: unknown {what}: {name}{hint}")
