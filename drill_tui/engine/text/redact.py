"""No secret reaches a log, an event or an artifact: known values and telling patterns are masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus, unquote

MASK: Final = "••••••"
MIN_SECRET_CHARS: Final = 4
"""Shorter values are not looked for: masking every `x` would garble all text and hide nothing."""
MAX_PATTERN_CHARS: Final = 256
"""Within this many characters a `password=…` is recognised."""

_PASSWORD_NAME: Final = re.compile(r"PASSWORD|PASSWD|PASSPHRASE", re.IGNORECASE)
_SECRET_NAME: Final = re.compile(
    r"SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|WEBHOOK|NOTIFY_URL", re.IGNORECASE
)
MIN_TOKEN_CHARS: Final = 8
"""A shorter value of a variable such as MAX_TOKENS is a setting, not a secret."""
_ADDRESS_NAME: Final = re.compile(r"URL|URI|DSN|CONN", re.IGNORECASE)
_PATH_NAME: Final = re.compile(r"FILE|PATH|DIR|COMMAND", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(?i)\b((?:pg|db_)?(?:password|passwd|pwd|secret|token|api_?key|access_?key)[\"']?\s*[=:]\s*)"
    r"(\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s\"'&;,)]{1,200})"
)
_SQL_PASSWORD: Final = re.compile(r"(?i)\b(password\s+)('(?:[^'\n]|''){1,200}'|E'[^\n]{1,200}')")
_URL_PASSWORD: Final = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@]{0,100}:)([^\s@/]{1,200})(@)")
_TELLING: Final = ("passw", "pwd", "secret", "token", "api_key", "apikey", "access_key", "accesskey", "://")
"""Without one of these, in small letters, a line matches no pattern; finding them is ten times as fast."""


def secret_values(environment: Mapping[str, str]) -> set[str]:
    """Values of an environment that are secrets: by the variable's name, or the password in an address."""
    found = set()
    for name, value in environment.items():
        if _PATH_NAME.search(name):
            continue
        if _PASSWORD_NAME.search(name):
            found.add(value)
        elif _SECRET_NAME.search(name):
            found.update(v for v in (value, *re.split(r"[\s,;]+", value)) if len(v) >= MIN_TOKEN_CHARS)
        found.update(match[2] for match in _URL_PASSWORD.finditer(value))
        if _ADDRESS_NAME.search(name):
            found.update(match[2].strip("\"'") for match in _ASSIGNED.finditer(value))
    return {value for value in found if value}


class Redactor:
    """Masks what it was told to keep secret, and what looks like a password."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self._longest = 0
        for secret in secrets:
            self.keep_secret(secret)

    @property
    def overlap_chars(self) -> int:
        """How much of an unfinished line must be held back, so that no secret is cut in two."""
        return max(self._longest, MAX_PATTERN_CHARS)

    def keep_secret(self, value: str) -> None:
        """From now on mask this value, also where it is written URL-encoded or split into its lines."""
        forms = set(self._forms)
        for part in {value, unquote(value), *value.splitlines()}:
            forms.update({part, quote(part, safe=""), quote(part), quote_plus(part)})
            forms.add(part.replace("'", "''"))
            forms.add(part.replace("\\", "\\\\").replace(":", "\\:"))
        kept = {form for form in forms if len(form) >= MIN_SECRET_CHARS and form.strip() and form != MASK}
        self._forms = tuple(sorted(kept, key=lambda form: (-len(form), form)))
        self._longest = max((len(form) for form in self._forms), default=0)

    def redact(self, text: str) -> str:
        """The text with every secret masked.

        >>> Redactor(["s3cret/x"]).redact("url ://u:s3cret%2Fx@h and password = 'hunter2'")
        'url ://u:••••••@h and password = ••••••'
        """
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        if not _is_telling(text):
            return text
        return "\n".join(_mask_patterns(line) if _is_telling(line) else line for line in text.split("\n"))


def _is_telling(text: str) -> bool:
    small = text.lower()
    return any(word in small for word in _TELLING)


def _mask_patterns(line: str) -> str:
    line = _URL_PASSWORD.sub(rf"\g<1>{MASK}\g<3>", line)
    line = _SQL_PASSWORD.sub(rf"\g<1>{MASK}", line)
    return _ASSIGNED.sub(rf"\g<1>{MASK}", line)
