-- Good databases with data of an extension that Debian packages.

-- sample: hstore; needs: hstore
CREATE EXTENSION "hstore" CASCADE;
CREATE TABLE t (h hstore);
INSERT INTO t VALUES ('a=>1');

-- sample: citext; needs: citext
CREATE EXTENSION "citext" CASCADE;
CREATE TABLE t (c citext PRIMARY KEY);
INSERT INTO t VALUES ('A');

-- sample: ltree; needs: ltree
CREATE EXTENSION "ltree" CASCADE;
CREATE TABLE t (l ltree);
INSERT INTO t VALUES ('a.b');
CREATE INDEX ON t USING gist (l);

-- sample: cube; needs: cube
CREATE EXTENSION "cube" CASCADE;
CREATE TABLE t (c cube);
INSERT INTO t VALUES ('(1,2)');
CREATE INDEX ON t USING gist (c);

-- sample: seg; needs: seg
CREATE EXTENSION "seg" CASCADE;
CREATE TABLE t (s seg);
INSERT INTO t VALUES ('1.50'), ('1.5'), ('<2');

-- sample: isn; needs: isn
CREATE EXTENSION "isn" CASCADE;
CREATE TABLE t (i isbn13);
INSERT INTO t VALUES ('978-0-11-000533-1');

-- sample: intarray; needs: intarray
CREATE EXTENSION "intarray" CASCADE;
CREATE TABLE t (a int[]);
CREATE INDEX ON t USING gin (a gin__int_ops);
INSERT INTO t VALUES ('{1,2}');

-- sample: pg_trgm; needs: pg_trgm
CREATE EXTENSION "pg_trgm" CASCADE;
CREATE TABLE t (v text);
CREATE INDEX ON t USING gist (v gist_trgm_ops);
INSERT INTO t VALUES ('abc');

-- sample: btree_gin; needs: btree_gin
CREATE EXTENSION "btree_gin" CASCADE;
CREATE TABLE t (a int);
CREATE INDEX ON t USING gin (a);
INSERT INTO t VALUES (1);

-- sample: bloom; needs: bloom
CREATE EXTENSION "bloom" CASCADE;
CREATE TABLE t (a int, b int);
CREATE INDEX ON t USING bloom (a, b);
INSERT INTO t VALUES (1, 2);

-- sample: lo; needs: lo
CREATE EXTENSION "lo" CASCADE;
CREATE TABLE t (o lo);
INSERT INTO t VALUES (lo_from_bytea(0, 'x'));

-- sample: unaccent; needs: unaccent
CREATE EXTENSION "unaccent" CASCADE;
CREATE TABLE t AS SELECT unaccent('é') AS v;

-- sample: dict_int; needs: dict_int
CREATE EXTENSION "dict_int" CASCADE;
CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = intdict_template, MAXLEN = 3);
CREATE TABLE t ();

-- sample: earthdistance; needs: earthdistance, cube
CREATE EXTENSION "cube" CASCADE;
CREATE EXTENSION "earthdistance" CASCADE;
CREATE TABLE t (e earth);
INSERT INTO t VALUES (ll_to_earth(1, 2));

-- sample: uuid-ossp; needs: uuid-ossp
CREATE EXTENSION "uuid-ossp" CASCADE;
CREATE TABLE t (u uuid DEFAULT uuid_generate_v4());
INSERT INTO t DEFAULT VALUES;

-- sample: pgcrypto; needs: pgcrypto
CREATE EXTENSION "pgcrypto" CASCADE;
CREATE TABLE t AS SELECT digest('x', 'sha256') AS d;

-- sample: xml2; needs: xml2
CREATE EXTENSION "xml2" CASCADE;
CREATE TABLE t (x xml);
INSERT INTO t VALUES ('<a/>');

-- sample: vector; needs: vector
CREATE EXTENSION "vector" CASCADE;
CREATE TABLE t (v vector(2));
INSERT INTO t VALUES ('[1,-0]');
CREATE INDEX ON t USING hnsw (v vector_l2_ops);

-- sample: ip4r; needs: ip4r
CREATE EXTENSION "ip4r" CASCADE;
CREATE TABLE t (i ip4r PRIMARY KEY);
INSERT INTO t VALUES ('10.0.0.0/8');

-- sample: prefix; needs: prefix
CREATE EXTENSION "prefix" CASCADE;
CREATE TABLE t (p prefix_range);
INSERT INTO t VALUES ('012[3-4]');

-- sample: debversion; needs: debversion
CREATE EXTENSION "debversion" CASCADE;
CREATE TABLE t (v debversion PRIMARY KEY);
INSERT INTO t VALUES ('1:2~rc1-3');

-- sample: semver; needs: semver
CREATE EXTENSION "semver" CASCADE;
CREATE TABLE t (v semver);
INSERT INTO t VALUES ('1.2.3-rc1');

-- sample: unit; needs: unit
CREATE EXTENSION "unit" CASCADE;
CREATE TABLE t (u unit);
INSERT INTO t VALUES ('1 km');

-- sample: hll; needs: hll
CREATE EXTENSION "hll" CASCADE;
CREATE TABLE t (h hll);
INSERT INTO t SELECT hll_add_agg(hll_hash_integer(n)) FROM generate_series(1, 500) n;

-- sample: pgmp; needs: pgmp
CREATE EXTENSION "pgmp" CASCADE;
CREATE TABLE t (z mpz, q mpq);
INSERT INTO t VALUES ('123456789012345678901', '1/3');

-- sample: uri; needs: uri
CREATE EXTENSION "uri" CASCADE;
CREATE TABLE t (u uri);
INSERT INTO t VALUES ('http://example.net/a?b=c');

-- sample: pg_rational; needs: pg_rational
CREATE EXTENSION "pg_rational" CASCADE;
CREATE TABLE t (r rational);
INSERT INTO t VALUES ('2/4');

-- sample: numeral; needs: numeral
CREATE EXTENSION "numeral" CASCADE;
CREATE TABLE t (n roman);
INSERT INTO t VALUES ('XIV');

-- sample: tdigest; needs: tdigest
CREATE EXTENSION "tdigest" CASCADE;
CREATE TABLE t AS SELECT tdigest(n::float8, 100) AS d FROM generate_series(1, 500) n;

-- sample: pg_sphere; needs: pg_sphere
CREATE EXTENSION "pg_sphere" CASCADE;
CREATE TABLE t (s spoint);
INSERT INTO t VALUES ('(1, 0.5)');
CREATE INDEX ON t USING gist (s);

-- sample: jsquery; needs: jsquery
CREATE EXTENSION "jsquery" CASCADE;
CREATE TABLE t (j jsonb, q jsquery);
INSERT INTO t VALUES ('{}', 'a = 1');

-- sample: periods; needs: periods
CREATE EXTENSION "periods" CASCADE;
CREATE TABLE t (a int, f date, t date);
SELECT periods.add_period('t', 'p', 'f', 't');

-- sample: pg_partman; needs: pg_partman
CREATE EXTENSION "pg_partman" CASCADE;
CREATE SCHEMA parts;
CREATE TABLE parts.t (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT create_parent('parts.t', 'at', 'native', 'daily');
INSERT INTO parts.t VALUES (now());

-- sample: postgis; needs: postgis
CREATE EXTENSION "postgis" CASCADE;
INSERT INTO spatial_ref_sys VALUES (998999, 'own', 1, 'x', 'y');
DELETE FROM spatial_ref_sys WHERE srid = 2000;
CREATE TABLE t (g geometry(Point, 4326));
INSERT INTO t VALUES ('SRID=4326;POINT(1 2)');
CREATE INDEX ON t USING gist (g);
