"""pg_dump's output, cut into objects and compared."""

from __future__ import annotations

from drill_tui.postgres.verify.schema.compare import compare
from drill_tui.postgres.verify.schema.text import ObjectKey, client_encoding, decode, split

PREAMBLE = """--
-- PostgreSQL database dump
--

\\restrict {key}

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);

"""
TRAILER = """--
-- PostgreSQL database dump complete
--

\\unrestrict {key}
"""


def entry(kind: str, name: str, text: str, schema: str = "public") -> str:
    return f"--\n-- Name: {name}; Type: {kind}; Schema: {schema}; Owner: postgres\n--\n\n{text}\n\n"


def dump(*entries: str, key: str = "abc") -> str:
    return PREAMBLE.format(key=key) + "".join(entries) + TRAILER.format(key=key)


TABLE = entry("TABLE", "orders", "CREATE TABLE public.orders (\n    id integer NOT NULL\n);")
INDEX = entry("INDEX", "orders_at", "CREATE INDEX orders_at ON public.orders USING btree (at);")
ORDERS = ObjectKey("TABLE", "public", "orders")


def test_order_session_settings_and_random_keys_do_not_matter() -> None:
    one = dump(TABLE, "SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n", INDEX)
    other = dump(INDEX, TABLE, key="xyz")
    assert compare(split(one), split(other)) == []


def test_a_missing_an_extra_and_a_changed_object_are_named() -> None:
    changed = TABLE.replace("integer", "bigint")
    other = dump(changed, entry("VIEW", "v", "CREATE VIEW public.v AS SELECT 1;"))
    found = {
        str(difference.key): difference for difference in compare(split(dump(TABLE, INDEX)), split(other))
    }
    assert {name: difference.kind for name, difference in found.items()} == {
        "INDEX public.orders_at": "missing",
        "TABLE public.orders": "differs",
        "VIEW public.v": "extra",
    }
    assert "bigint" in found["TABLE public.orders"].problem


def test_statements_of_an_acl_compare_in_any_order() -> None:
    grants = ["GRANT SELECT ON TABLE public.orders TO a;", "GRANT SELECT ON TABLE public.orders TO b;"]
    one = dump(entry("ACL", "TABLE orders", "\n".join(grants)))
    other = dump(entry("ACL", "TABLE orders", "\n".join(reversed(grants))))
    assert compare(split(one), split(other)) == []


def test_a_line_that_looks_like_a_setting_inside_a_function_still_counts() -> None:
    body = "CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$\nSET work_mem = '1MB';\nSELECT 1;$$;"
    without = body.replace("SET work_mem = '1MB';\n", "")
    function = "FUNCTION"
    assert compare(split(dump(entry(function, "f()", body))), split(dump(entry(function, "f()", without))))


def test_the_difference_of_a_function_quotes_no_line_of_it() -> None:
    one = dump(entry("FUNCTION", "f()", "CREATE FUNCTION public.f() AS $$ login('hunter2') $$;"))
    other = dump(entry("FUNCTION", "f()", "CREATE FUNCTION public.f() AS $$ login('other') $$;"))
    (difference,) = compare(split(one), split(other))
    assert "hunter2" not in difference.problem
    assert "login" not in difference.problem


def test_a_changed_owner_of_a_function_is_told() -> None:
    one = dump(entry("FUNCTION", "f()", "CREATE FUNCTION f();\n\nALTER FUNCTION public.f() OWNER TO app;"))
    other = dump(entry("FUNCTION", "f()", "CREATE FUNCTION f();\n\nALTER FUNCTION public.f() OWNER TO root;"))
    (difference,) = compare(split(one), split(other))
    assert "OWNER TO app" in difference.problem


def test_what_the_server_notes_for_itself_in_a_column_is_no_difference() -> None:
    def table(options: str) -> str:
        return dump(TABLE + f"ALTER TABLE ONLY public.t ALTER COLUMN id SET ({options});\n")

    assert compare(split(table("pg_attver=37954824")), split(dump(TABLE))) == []
    assert compare(split(table("n_distinct=5, pg_attver=1")), split(table("n_distinct=5"))) == []
    assert compare(split(table("n_distinct=5, pg_attver=1")), split(table("pg_attver=2")))


def test_contents_are_no_part_of_a_schema() -> None:
    refresh = entry("MATERIALIZED VIEW DATA", "mv", "REFRESH MATERIALIZED VIEW public.mv;")
    assert compare(split(dump(TABLE, refresh)), split(dump(TABLE))) == []


def test_another_table_access_method_is_a_difference() -> None:
    columnar = dump("SET default_table_access_method = columnar;\n\n", TABLE)
    (difference,) = compare(split(columnar), split(dump(TABLE)))
    assert difference.key == ORDERS


def test_two_objects_of_one_name_are_both_compared() -> None:
    twice = dump(TABLE, TABLE.replace("integer", "text"))
    (difference,) = compare(split(twice), split(dump(TABLE)))
    assert difference.kind == "missing"


def test_hostile_names_stay_on_one_line() -> None:
    key = ObjectKey("TABLE", "pub\x1b[31mlic", "a\nb; Type: VIEW")
    assert str(key) == 'TABLE "pub\\x1b[31mlic".a\\nb; Type: VIEW'


def test_a_name_with_a_type_inside_is_read_to_its_last_type() -> None:
    text = entry("TABLE", "x; Type: VIEW; Schema: y", "CREATE TABLE t();")
    assert list(split(dump(text))) == [ObjectKey("TABLE", "public", "x; Type: VIEW; Schema: y")]


def test_text_is_decoded_by_the_encoding_that_the_dump_names() -> None:
    raw = dump(entry("TABLE", "größe", "CREATE TABLE t();")).replace("UTF8", "LATIN1").encode("latin-1")
    assert client_encoding(raw) == "LATIN1"
    assert ObjectKey("TABLE", "public", "größe") in split(decode(raw))


def test_bytes_of_no_encoding_still_compare() -> None:
    raw = dump(TABLE).encode().replace(b"orders (", b"orders\xff (")
    assert compare(split(decode(raw)), split(decode(raw))) == []
    assert compare(split(decode(raw)), split(dump(TABLE)))


def test_a_default_that_only_a_newer_pg_dump_writes_is_no_difference() -> None:
    """Seen from 15 to 17, read back by pg_dump 18.  Another mode is a difference."""

    def subscription(options: str) -> str:
        text = f"CREATE SUBSCRIPTION s CONNECTION 'port=1' PUBLICATION p WITH (connect = false{options});"
        return dump(entry("SUBSCRIPTION", "s", text, schema="-"))

    older, newer = split(subscription("")), split(subscription(", streaming = off"))
    assert compare(older, newer) == []
    (found,) = compare(older, split(subscription(", streaming = on")))
    assert found.kind == "differs"
    on_18 = split(subscription(", streaming = parallel"))
    assert compare(older, on_18) == [], "what a dump of 15 becomes on 18"
    (found,) = compare(on_18, older)
    assert found.kind == "differs"
