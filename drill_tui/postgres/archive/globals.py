"""Reads `globals.sql` as data: the roles of a backup, and nothing that could do anything else.

`pg_dumpall --globals-only --no-role-passwords` writes roles, their settings and memberships, and
tablespaces.  The file is parsed against a whitelist and the statements are built anew from what was read,
so a line added to it can not run.
"""

from __future__ import annotations

from collections.abc import Iterable

from drill_tui.postgres.archive.manifest import GLOBALS_NAME
from drill_tui.postgres.archive.statements import (
    CreateRole,
    GlobalStatement,
    LeftOut,
    Membership,
    ParameterGrant,
    RoleAttributes,
    RoleComment,
    RoleSetting,
)
from drill_tui.postgres.archive.tokens import Kind, NotPlainSqlError, Token, statements
from drill_tui.postgres.client.errors import BackupBadError

MAX_SIZE_BYTES = 64 * 1024 * 1024
_FLAGS = frozenset(
    f"{no}{flag}"
    for no in ("", "no")
    for flag in ("superuser", "inherit", "createrole", "createdb", "login", "replication", "bypassrls")
)


def parse_globals(text: str, name: str = GLOBALS_NAME) -> tuple[GlobalStatement, ...]:
    """Raises BackupBadError, with the statement's first words, for anything but roles and tablespaces."""
    found: list[GlobalStatement] = []
    try:
        for tokens in statements(text):
            found += _Statement(tokens).read()
    except NotPlainSqlError as problem:
        raise BackupBadError(
            f"{name} holds more than roles: {problem}",
            advice="A superuser runs what is in this file. Find out who changed this backup.",
        ) from None
    return tuple(found)


def role_settings(text: str) -> tuple[RoleSetting, ...]:
    """Settings of roles within one database, from the statements of an archive's database properties.

    Raises NotPlainSqlError.
    """
    found: list[GlobalStatement] = []
    for tokens in statements(text):
        if tokens[0].is_word("alter") and len(tokens) > 1 and tokens[1].is_word("role"):
            found += _Statement(tokens).read()
    return tuple(item for item in found if isinstance(item, RoleSetting) and item.database is not None)


class _Statement:
    """Reads one statement from left to right."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> Iterable[GlobalStatement]:
        if self._accept("set"):
            return self._session_setting()
        if self._accept("create", "role"):
            return self._create_role()
        if self._accept("alter", "role"):
            return self._alter_role()
        if self._accept("comment", "on", "role"):
            return self._comment()
        if self._accept("grant"):
            return self._grant()
        for words in (
            ("create", "tablespace"),
            ("alter", "tablespace"),
            ("comment", "on", "tablespace"),
        ):
            if self._accept(*words):
                return [_left_out_tablespace(self._name())]
        if self._accept("revoke") and self._has("on", "tablespace"):
            return [_left_out_tablespace("its privileges")]
        if self._accept("security", "label") and self._has("on", "role"):
            return [LeftOut("a security label", "label providers are not loaded on a drill's target")]
        raise self._refuse()

    def _session_setting(self) -> Iterable[GlobalStatement]:
        words = ("default_transaction_read_only", "client_encoding", "standard_conforming_strings")
        if not self._next().is_word(*words) or len(self._tokens) != 4:
            raise self._refuse()
        if self._tokens[1].value == "standard_conforming_strings" and not self._tokens[3].is_word("on"):
            raise self._refuse()
        return []

    def _create_role(self) -> Iterable[GlobalStatement]:
        name = self._name()
        created = CreateRole(name)
        return [created, self._attributes(name)] if self._more() else [created]

    def _alter_role(self) -> Iterable[GlobalStatement]:
        name = self._name()
        database = self._name() if self._accept("in", "database") else None
        if not self._accept("set"):
            return [self._attributes(name)]
        parameter = self._parameter()
        if not (self._accept("to") or self._mark("=")):
            raise self._refuse()
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        self._end()
        return [RoleSetting(name, parameter, tuple(values), database)]

    def _attributes(self, name: str) -> RoleAttributes:
        self._accept("with")
        flags: list[str] = []
        limit: int | None = None
        until: str | None = None
        while self._more():
            if self._accept("connection", "limit"):
                limit = self._integer()
            elif self._accept("valid", "until"):
                until = self._string()
            elif self._peek_word() == "password":
                raise NotPlainSqlError(f"the role {name!a} comes with a password")
            elif self._peek_word() in _FLAGS:
                flags.append(self._next().value)
            else:
                raise self._refuse()
        return RoleAttributes(name, tuple(flags), limit, until)

    def _comment(self) -> Iterable[GlobalStatement]:
        name = self._name()
        if not self._accept("is"):
            raise self._refuse()
        comment = None if self._accept("null") else self._string()
        self._end()
        return [RoleComment(name, comment)]

    def _grant(self) -> Iterable[GlobalStatement]:
        if self._has("on", "tablespace"):
            return [_left_out_tablespace("its privileges")]
        for words in (("set",), ("alter", "system"), ("all",), ("all", "privileges")):
            if self._accept(*words, "on", "parameter"):
                return self._parameter_grant(" ".join(words))
        role = self._name()
        if not self._accept("to"):
            raise self._refuse()
        member = self._name()
        options: list[tuple[str, str]] = []
        if self._accept("with"):
            options.append(self._membership_option())
            while self._mark(","):
                options.append(self._membership_option())
        grantor = self._name() if self._accept("granted", "by") else None
        self._end()
        return [Membership(role, member, tuple(options), grantor)]

    def _membership_option(self) -> tuple[str, str]:
        name, value = self._next(), self._next()
        if name.is_word("admin", "inherit", "set") and value.is_word("option", "true", "false"):
            return name.value, value.value
        raise self._refuse()

    def _parameter_grant(self, privilege: str) -> Iterable[GlobalStatement]:
        parameter = self._parameter()
        if not self._accept("to"):
            raise self._refuse()
        role = self._name()
        grantable = self._accept("with", "grant", "option")
        self._end()
        return [ParameterGrant(privilege, parameter, role, grantable)]

    def _parameter(self) -> str:
        parts = [self._name()]
        while self._mark("."):
            parts.append(self._name())
        return ".".join(parts)

    def _value(self) -> str:
        token = self._next()
        if token.kind is Kind.MARK:
            raise self._refuse()
        return token.value

    def _string(self) -> str:
        token = self._next()
        if token.kind is not Kind.STRING:
            raise self._refuse()
        return token.value

    def _integer(self) -> int:
        token = self._next()
        if token.kind is not Kind.NUMBER or not token.value.lstrip("-").isdigit():
            raise self._refuse()
        return int(token.value[:12])

    def _name(self) -> str:
        token = self._next()
        if token.kind not in (Kind.WORD, Kind.IDENTIFIER):
            raise self._refuse()
        return token.value

    def _next(self) -> Token:
        if not self._more():
            raise self._refuse()
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, *words: str) -> bool:
        here = self._tokens[self._at : self._at + len(words)]
        if len(here) == len(words) and all(t.is_word(w) for t, w in zip(here, words, strict=True)):
            self._at += len(words)
            return True
        return False

    def _mark(self, mark: str) -> bool:
        if self._more() and self._tokens[self._at] == Token(Kind.MARK, mark):
            self._at += 1
            return True
        return False

    def _has(self, *words: str) -> bool:
        pairs = zip(self._tokens, self._tokens[1:], strict=False)
        return any(all(t.is_word(w) for t, w in zip(pair, words, strict=True)) for pair in pairs)

    def _peek_word(self) -> str:
        token = self._tokens[self._at]
        return token.value if token.kind is Kind.WORD else ""

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _end(self) -> None:
        if self._more():
            raise self._refuse()

    def _refuse(self) -> NotPlainSqlError:
        words = " ".join(token.value for token in self._tokens[:6])
        return NotPlainSqlError(f"the statement {words[:80]!a} is not about roles")


def _left_out_tablespace(name: str) -> LeftOut:
    return LeftOut(
        f"tablespace {name}",
        "its directory is the source's; where needed, a stand-in has its name",
    )
