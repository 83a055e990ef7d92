"""The lexer for `globals.sql`: a small, strict subset of PostgreSQL's (manual, section 4.1).

Whatever `pg_dumpall --globals-only` never writes (dollar quotes, `U&` strings, block comments, psql's own
commands) is an error here, so that this reading and the server's can not differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MAX_STATEMENT_TOKENS = 10_000


class Kind(Enum):
    WORD = "word"
    IDENTIFIER = "identifier"
    STRING = "string"
    NUMBER = "number"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is folded to lower case for a word, and unquoted for an identifier or a string."""

    kind: Kind
    value: str

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.WORD and self.value in words


class NotPlainSqlError(ValueError):
    """The text holds something that no list of roles needs."""


_PIECES = re.compile(
    r"""
      (?P<space>[ \t\r\n\f]+ | --[^\n]*)
    | (?P<meta>^\\(?:un)?restrict[ ]+[A-Za-z0-9]+[ \t]*$)
    | (?P<escape>[eE]'(?:[^'\\]|''|\\.)*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<identifier>"(?:[^"\x00]|"")+")
    | (?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*)
    | (?P<number>[-+]?[0-9]+(?:\.[0-9]+)?)
    | (?P<mark>[;,=.()])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)


def statements(text: str) -> Iterator[tuple[Token, ...]]:
    """Split SQL text at its semicolons.  Raises NotPlainSqlError with the line of what does not belong."""
    pending: list[Token] = []
    at = 0
    while at < len(text):
        match = _PIECES.match(text, at)
        if match is None or match.lastgroup is None:
            raise NotPlainSqlError(f"line {_line(text, at)}: {_excerpt(text, at)} does not belong there")
        kind, piece = match.lastgroup, match.group()
        if kind == "meta" and pending:
            raise NotPlainSqlError(f"line {_line(text, at)}: {_excerpt(text, at)} stands inside a statement")
        if kind == "word" and text[match.end() : match.end() + 1] in ("'", "&"):
            raise NotPlainSqlError(f"line {_line(text, at)}: {_excerpt(text, at)} is no plain string")
        if kind == "mark" and piece == ";":
            if pending:
                yield tuple(pending)
            pending = []
        elif kind not in ("space", "meta"):
            pending.append(_token(kind, piece))
            if len(pending) > MAX_STATEMENT_TOKENS:
                raise NotPlainSqlError(f"line {_line(text, at)}: this statement never ends")
        at = match.end()
    if pending:
        raise NotPlainSqlError("its last statement is cut off")


def _token(kind: str, piece: str) -> Token:
    if kind == "identifier":
        return Token(Kind.IDENTIFIER, piece[1:-1].replace('""', '"'))
    if kind == "string":
        return Token(Kind.STRING, piece[1:-1].replace("''", "'"))
    if kind == "escape":
        return Token(Kind.STRING, _ESCAPED.sub(_unescape, piece[2:-1]))
    if kind == "word":
        return Token(Kind.WORD, "".join(c.lower() if c.isascii() else c for c in piece))
    return Token(Kind.NUMBER if kind == "number" else Kind.MARK, piece)


def _unescape(match: re.Match[str]) -> str:
    escaped = match.group(1)
    if escaped is None:
        return "'"
    if escaped.isalnum() and escaped not in _ESCAPES:
        raise NotPlainSqlError(f"the escape \\{escaped} is none that pg_dumpall writes")
    return _ESCAPES.get(escaped, escaped)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _excerpt(text: str, at: int) -> str:
    return ascii(text[at : at + 24].split("\n", 1)[0])
