create schema "We ird ""s";
create type "We ird ""s".mood as enum ('sad', 'ok');
create type comp as (a int, b text, c float8);
create type comp2 as (x comp, y comp[], r int4range);
create domain pos as int check (value > 0);
create domain posd as pos;
create domain amt as numeric(10, 2);
create domain tags as text[];
create collation nocase (provider = libc, locale = 'C');
create table "We ird ""s"."T ä""b %s" (
    b bool, c "char", n name, i8 int8, i2 int2, i4 int4, t text, o oid, by bytea, m macaddr, m8 macaddr8,
    ci cidr, ip inet, d date, ti time, ts timestamp, tz timestamptz, ttz timetz, u uuid, l pg_lsn,
    vc varchar(10), ch char(5), chx bpchar, nu numeric, nu2 numeric(10, 3), f4 float4, f8 float8, mo money,
    iv interval, e "We ird ""s".mood, j json, jb jsonb, pt point, ln line, ls lseg, bx box, pa path,
    po polygon, ci2 circle, bi bit(3), vb varbit, tv tsvector, tq tsquery, ar int[], at text[][], co comp,
    co2 comp2, r int4range, mr int4multirange, tr tstzrange, p pos, pd posd, am amt, tg tags, rc regclass,
    rp regproc, x xid, ci3 cid, tt tid, x8 xid8, jp jsonpath, iv2 int2vector, ov oidvector,
    g int generated always as (i4 * 2) stored, "quo""te %s" text collate nocase
);
insert into "We ird ""s"."T ä""b %s" (
    b, c, n, i8, i2, i4, t, o, by, m, m8, ci, ip, d, ti, ts, tz, ttz, u, l, vc, ch, chx, nu, nu2, f4, f8, mo,
    iv, e, j, jb, pt, ln, ls, bx, pa, po, ci2, bi, vb, tv, tq, ar, at, co, co2, r, mr, tr, p, pd, am, tg, rc,
    rp, x, ci3, tt, x8, jp, iv2, ov, "quo""te %s"
) values (
    true, 'x', 'nm', 1, 2, 3, 'tä', 5, '\xff00', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '10.0.0.0/8',
    '10.1.2.3/24', 'infinity', '12:00', '2020-01-01 1:2:3.456', '2020-01-01 00:00Z', '12:00+02',
    '550e8400-e29b-41d4-a716-446655440000', '0/1A', 'v', 'c', 'c  ', 1.00, 2.5, '-0', 'nan', 12.5, '1 mon', 'ok',
    '{"a":1,"a":2}', '{"a":1.0}', '(1,2)', '{1,2,3}', '[(1,2),(3,4)]', '((1,2),(3,4))', '((1,2),(3,4))',
    '((1,2),(3,4))', '<(1,2),3>', '101', '11', 'a b', 'a & b', '[2:3]={1,2}', '{{a,b},{c,d}}',
    row(1, 'x', 'nan'), row(row(1, 'x', -0.0), array[row(2, 'y', 1e300)::comp], '[1,5)'), '[1,5)',
    '{[1,2),[5,9)}', '[2020-01-01,)', 1, 2, 3.5, '{a,b}', 'pg_class', 'now', '5', '6', '(1,2)', '7', '$.a',
    '1 2', '3 4', 'pc%t'
);
insert into "We ird ""s"."T ä""b %s" (f8, f4, nu, iv, j)
values ('inf'::float8 - 'inf'::float8, '-inf', 'infinity', '-1 mon +30 days', null), (null, null, null, null, 'null');
create domain cursor_name as refcursor;
create type holder as (c refcursor, l refcursor[]);
create table borrowed (c refcursor, d cursor_name, h holder, a refcursor[]);
insert into borrowed values ('one', 'two "x"', row('three', '{four}'), '{five,NULL}'), (null, '', null, null);
create table nocols ();
insert into nocols select from generate_series(1, 3);
create table empty (id int primary key);
create unlogged table fast (id int);
insert into fast select generate_series(1, 7);
create table parent (id int, name text);
create table child (extra int) inherits (parent);
insert into parent values (1, 'p');
insert into child values (2, 'c', 3);
create table dropped_column (a int, b int, c text);
insert into dropped_column select i, i, i::text from generate_series(1, 100) i;
alter table dropped_column drop column b;
create table part (id int, region text) partition by list (region);
create table part_eu partition of part for values in ('eu');
create table part_us (region text, id int);
alter table part attach partition part_us for values in ('us');
insert into part select i, case when i % 3 = 0 then 'us' else 'eu' end from generate_series(1, 30) i;
create materialized view summary as select region, count(*) from part group by region;
create materialized view later as select 1 as one with no data;
create view shown as select * from part;
create table serial_one (id serial primary key, at timestamptz default now());
insert into serial_one select from generate_series(1, 5);
create sequence down increment -5;
select nextval('down');
create sequence never_called start 42;
select lo_from_bytea(0, '\x00'), lo_create(0), lo_from_bytea(0, decode(repeat('ab', 1500000), 'hex'));
create role reader nologin;
create role team nologin;
create role "Od d ""r" nologin in role team;
grant select on part to reader;
alter table child owner to "Od d ""r";
alter database :"DBNAME" set work_mem = '5MB';
comment on database :"DBNAME" is 'as it is';
