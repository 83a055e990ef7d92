-- Good databases, one for each kind of thing that PostgreSQL 15 to 18 keeps.

-- sample: plain tables
CREATE TABLE t AS SELECT n, md5(n::text) AS v FROM generate_series(1, 500) n;

-- sample: borrowed output
CREATE TABLE t (c refcursor, l refcursor[]);
INSERT INTO t VALUES ('a', '{b}');

-- sample: identity and serial
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY, s serial);
INSERT INTO a DEFAULT VALUES;

-- sample: generated columns
CREATE TABLE t (n int, d int GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO t SELECT n FROM generate_series(1, 500) n;

-- sample: unlogged
CREATE UNLOGGED TABLE t AS SELECT n FROM generate_series(1, 500) n;

-- sample: inheritance
CREATE TABLE p (a int);
CREATE TABLE c (b int) INHERITS (p);
INSERT INTO c VALUES (1, 2);

-- sample: partitions in two levels
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (500) PARTITION BY HASH (b);
CREATE TABLE p1a PARTITION OF p1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE p1b PARTITION OF p1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE rest PARTITION OF p DEFAULT;
CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p);
INSERT INTO p SELECT n * 2, n FROM generate_series(1, 500) n;
INSERT INTO c VALUES (2, 1), (1000, 500);

-- sample: keys in a circle
CREATE TABLE a (id int PRIMARY KEY, b int);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
INSERT INTO a VALUES (1, 1);
INSERT INTO b VALUES (1, 1);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;

-- sample: exclusion constraint
CREATE TABLE t (r int4range, EXCLUDE USING gist (r WITH &&));
INSERT INTO t VALUES ('[1,3)'), ('[3,5)');

-- sample: nulls not distinct
CREATE TABLE t (a int, UNIQUE NULLS NOT DISTINCT (a));
INSERT INTO t VALUES (1), (NULL);

-- sample: index kinds
CREATE TABLE t (a int, j jsonb, p point, t tsvector, b int[]);
CREATE INDEX ON t USING hash (a);
CREATE INDEX ON t USING gin (j jsonb_path_ops);
CREATE INDEX ON t USING gist (p);
CREATE INDEX ON t USING spgist (p);
CREATE INDEX ON t USING brin (a) WITH (pages_per_range = 4);
CREATE INDEX ON t (a DESC NULLS LAST) INCLUDE (b) WHERE a > 1;
CREATE INDEX ON t ((a + 1));
INSERT INTO t SELECT n, to_jsonb(n), point(n, n), 'a b', ARRAY[n] FROM generate_series(1, 500) n;

-- sample: index statistics
CREATE TABLE t (a int);
CREATE INDEX i ON t ((a + 1));
ALTER INDEX i ALTER 1 SET STATISTICS 9;

-- sample: extended statistics
CREATE TABLE t (a int, b int);
CREATE STATISTICS s (mcv) ON a, (b + 1) FROM t;

-- sample: views of views
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a, a + 1 AS b FROM t;
CREATE VIEW w AS SELECT * FROM v WHERE b IN (1, 2) WITH LOCAL CHECK OPTION;
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM w;

-- sample: rules, triggers, policies
CREATE TABLE t (a int);
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION f();
CREATE POLICY p ON t USING (a > 0);
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- sample: routines
CREATE FUNCTION f(a int, VARIADIC b int[]) RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC SELECT a; END;
CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; END $$;
CREATE AGGREGATE s (int) (SFUNC = int4pl, STYPE = int);

-- sample: domains
CREATE DOMAIN d AS int CHECK (VALUE > 0) DEFAULT 1;
CREATE TABLE t (d d);
INSERT INTO t VALUES (3);

-- sample: ranges
CREATE TYPE r AS RANGE (subtype = float8);
CREATE TABLE t (r r);
INSERT INTO t VALUES ('[1,2)');

-- sample: enums
CREATE TYPE e AS ENUM ('b', 'a');
ALTER TYPE e ADD VALUE 'c' BEFORE 'a';
CREATE TABLE t (e e[]);
INSERT INTO t VALUES ('{c,a}');

-- sample: composites
CREATE TYPE k AS (a int, b text);
CREATE TABLE t (k k[]);
INSERT INTO t VALUES (ARRAY[ROW(1, 'x')::k]);

-- sample: large objects
SELECT lo_from_bytea(7, 'x');
COMMENT ON LARGE OBJECT 7 IS 'c';
GRANT SELECT ON LARGE OBJECT 7 TO PUBLIC;

-- sample: settings of the database
ALTER DATABASE :"DBNAME" SET statement_timeout = 60000;
ALTER DATABASE :"DBNAME" SET search_path = a, "B c";
CREATE TABLE t ();

-- sample: read-only by default
CREATE TABLE t (v varchar(9) CHECK (v IN ('a')));
ALTER DATABASE :"DBNAME" SET default_transaction_read_only = on;

-- sample: settings of a role here
CREATE TABLE t ();
ALTER ROLE soak_reader IN DATABASE :"DBNAME" SET work_mem = '7MB';

-- sample: grants and owners
CREATE TABLE t (a int);
ALTER TABLE t OWNER TO soak_owner;
GRANT SELECT (a) ON t TO soak_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO soak_reader;

-- sample: publications
CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 1);

-- sample: event trigger
CREATE TABLE t ();
CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();

-- sample: text search
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
CREATE TABLE t (v tsvector);
INSERT INTO t VALUES (to_tsvector('c', 'a b'));

-- sample: operators and casts
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE TYPE k AS (a int);
CREATE FUNCTION f(int) RETURNS k LANGUAGE sql AS 'SELECT ROW($1)::k';
CREATE CAST (int AS k) WITH FUNCTION f(int);
CREATE TABLE t ();

-- sample: foreign tables; needs: file_fdw
CREATE EXTENSION file_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (filename '/dev/null');

-- sample: invalid index
CREATE TABLE t AS SELECT 1 AS a;
CREATE INDEX i ON t (a);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass;

-- sample: wide values
CREATE TABLE t (v text, b bytea);
INSERT INTO t SELECT repeat(md5(n::text), 900), decode(repeat('ab', 9000), 'hex') FROM generate_series(1, 500) n;

-- sample: collations
CREATE COLLATION c (provider = libc, locale = 'C');
CREATE TABLE t (v text COLLATE c PRIMARY KEY);
INSERT INTO t VALUES ('b'), ('A');

-- sample: typed table
CREATE TYPE k AS (a int, b text);
CREATE TABLE t OF k (PRIMARY KEY (a));
INSERT INTO t VALUES (1, 'x');

-- sample: storage; since: 16
CREATE TABLE t (v text STORAGE EXTERNAL, w text COMPRESSION pglz) WITH (fillfactor = 50);
INSERT INTO t VALUES ('a', repeat('b', 9000));

-- sample: json functions of 16; since: 16
CREATE TABLE t AS SELECT json_array(1, 2) AS a, json_object('k': 1) AS o;
CREATE VIEW v AS SELECT a IS JSON AS j FROM t;

-- sample: json table of 17; since: 17
CREATE VIEW v AS SELECT * FROM JSON_TABLE('[1,2]', '$[*]' COLUMNS (a int PATH '$'));
CREATE TABLE t AS SELECT * FROM v;

-- sample: identity of a partitioned table, 17; since: 17
CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY, a int) PARTITION BY LIST (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
INSERT INTO p (a) VALUES (1), (1);

-- sample: virtual columns of 18; since: 18
CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a * 2));
INSERT INTO t VALUES (3);

-- sample: named not null of 18; since: 18
CREATE TABLE t (a int CONSTRAINT mine NOT NULL, b int, CONSTRAINT later NOT NULL b NOT VALID);
INSERT INTO t VALUES (1, 2);

-- sample: constraints not enforced, 18; since: 18
CREATE TABLE t (a int CHECK (a > 5) NOT ENFORCED);
INSERT INTO t VALUES (1);

-- sample: temporal keys of 18; since: 18; needs: btree_gist
CREATE EXTENSION btree_gist;
CREATE TABLE t (a int, d daterange, PRIMARY KEY (a, d WITHOUT OVERLAPS));
INSERT INTO t VALUES (1, '[2024-01-01,2024-02-01)');

-- sample: orphan under a key not valid
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p int);
INSERT INTO c VALUES (7);
ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT VALID;

-- sample: checks not valid, deferrable keys
CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED, b int);
INSERT INTO t VALUES (1, -1), (2, NULL);
ALTER TABLE t ADD CHECK (b > 0) NOT VALID;

-- sample: partitions by hash of an enum
CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd');
CREATE TABLE p (e e) PARTITION BY HASH (e);
CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO p VALUES ('a'), ('b'), ('c'), ('d');

-- sample: sequences of their own
CREATE SEQUENCE s AS smallint INCREMENT -2 MINVALUE -9 MAXVALUE 9 START 9 CYCLE CACHE 3;
CREATE SEQUENCE untouched;
SELECT nextval('s') FROM generate_series(1, 5);

-- sample: comments
CREATE TABLE t (a int);
COMMENT ON TABLE t IS E'two\nlines';
COMMENT ON COLUMN t.a IS '-- sql? $$ '';';
COMMENT ON DATABASE :"DBNAME" IS 'here';

-- sample: subscriptions
CREATE TABLE t (a int PRIMARY KEY);
CREATE SUBSCRIPTION :"DBNAME" CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, slot_name = NONE);

-- sample: foreign servers; needs: postgres_fdw
CREATE EXTENSION postgres_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
CREATE USER MAPPING FOR soak_reader SERVER s OPTIONS (user 'u', password 'canary');
CREATE FOREIGN TABLE f (a int) SERVER s;
CREATE VIEW v AS SELECT a FROM f;

-- sample: xml values; needs: libxml
CREATE TABLE t (x xml, l xml[]);
INSERT INTO t VALUES ('<a b="1">ä</a>', '{<b/>}');

-- sample: lz4 columns; needs: lz4
CREATE TABLE t (v text COMPRESSION lz4);
INSERT INTO t SELECT repeat(md5(n::text), 900) FROM generate_series(1, 50) n;

-- sample: ICU collations; needs: icu
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE t (v text COLLATE ci PRIMARY KEY, w text COLLATE "de-x-icu");
INSERT INTO t VALUES ('A', 'ä'), ('b', 'z');
CREATE INDEX ON t (w);
