"""Escapes are stripped, secrets are masked, whatever surrounds them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill_tui.engine.record.codec import scrub
from drill_tui.engine.record.events import AttemptStarted, OutputsRecorded
from drill_tui.engine.text.redact import MASK, Redactor, secret_values
from drill_tui.engine.text.sanitise import one_line, shorten, strip_controls


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x9b31mred", "red"),
        ("\x9d0;title\x9ctext", "text"),
        ("a\x1bcb", "ab"),
        ("tab\tstays\r\n", "tab\tstays\r\n"),
        ("over\u202eride\u2066", "override"),
        ("\x1b]unfinished\nnext", "\nnext"),
        ("bell\x07 nul\x00", "bell nul"),
    ],
)
def test_escapes_are_stripped(raw: str, shown: str) -> None:
    assert strip_controls(raw) == shown


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    clean = strip_controls(text)
    assert not [c for c in clean if (ord(c) < 32 and c not in "\t\n\r") or 0x7F <= ord(c) < 0xA0]
    assert strip_controls(clean) == clean


@given(st.text(alphabet="ab \x1b[]0;m\x07\\P\x9b\x9c\n"))
def test_stripping_is_final(text: str) -> None:
    assert strip_controls(strip_controls(text)) == strip_controls(text)


def test_one_line_and_shorten() -> None:
    assert one_line(" a\n b\t\x1b[1mc ") == "a b c"
    assert shorten("x" * 5000) == "x" * 4096 + "… (904 more characters in the log file)"
    assert shorten("short") == "short"


@given(
    secret=st.text(min_size=4, max_size=40).filter(lambda s: s.strip() and MASK not in s),
    before=st.text(alphabet="<> \n", max_size=10),
    after=st.text(alphabet="<> \n", max_size=10),
)
def test_a_known_secret_is_masked_plain_and_encoded(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    forms = [secret, secret.replace("'", "''")]
    forms += [quote(secret, safe="", errors="replace")]
    for form in forms:
        assert form not in redactor.redact(f"{before}{form}{after}").replace(MASK, "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2", f"password={MASK}"),
        ("PGPASSWORD='hunter 2' psql", f"PGPASSWORD={MASK} psql"),
        ('{"api_key": "abc"}', f'{{"api_key": {MASK}}}'),
        ("postgresql://u:hunter2@h:5432/d", f"postgresql://u:{MASK}@h:5432/d"),
        ("ALTER ROLE a PASSWORD 'SCRAM-SHA-256$4096:x'", f"ALTER ROLE a PASSWORD {MASK}"),
        ("token: abc", f"token: {MASK}"),
        ("the passwords were fine", "the passwords were fine"),
        ("key1 keyboard primary key (a, b)", "key1 keyboard primary key (a, b)"),
        ("a: b://c", "a: b://c"),
    ],
)
def test_telling_patterns(text: str, shown: str) -> None:
    assert Redactor().redact(text) == shown


def test_short_values_are_left_alone() -> None:
    assert Redactor(["a", "", "   "]).redact("a banana") == "a banana"


def test_secrets_of_an_environment() -> None:
    environment = {
        "DB_PASSWORD": "one",
        "GITHUB_TOKEN": "two-long",
        "DATABASE_URL": "postgresql://u:three@h/d",
        "PGPASSFILE": "/home/x/.pgpass",
        "HOME": "/home/x",
        "EMPTY_SECRET": "",
        "MAX_TOKENS": "4096",
        "TOKENIZERS_PARALLELISM": "false",
        "SERVICE_DSN": "host=h password='fo ur' user=u",
        "DRILL_NOTIFY_URLS": "discord://five/six json://seven",
    }
    found = {"one", "two-long", "three", "fo ur", "discord://five/six", "json://seven"}
    assert secret_values(environment) == found | {"discord://five/six json://seven"}


def test_events_are_scrubbed_but_for_what_the_engine_reads_back() -> None:
    redact = Redactor(["postgres"]).redact
    event = AttemptStarted(step="postgres", attempt=1, command="psql -U postgres", log="logs/postgres.log")
    scrubbed = scrub(event, redact)
    assert scrubbed == AttemptStarted(
        step="postgres", attempt=1, command=f"psql -U {MASK}", log="logs/postgres.log"
    )
    outputs = OutputsRecorded(step="a", attempt=1, outputs={"x": "postgres"}, env={"DB_USER": "postgres"})
    assert scrub(outputs, redact) == OutputsRecorded(
        step="a", attempt=1, outputs={"x": MASK}, env={"DB_USER": "postgres"}
    )
