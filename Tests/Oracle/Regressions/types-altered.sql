-- Enums and composites that are altered between runs, alone and within other types, under histories too.
--@ table t0
--@ table t1 disposition=append
--@ table t2 disposition=scd2
--@ table t3 disposition=soft_delete
--@ setup
CREATE TYPE hue AS ENUM ('red', 'green'); CREATE DOMAIN tint AS hue; CREATE TYPE swatch AS (name text, hue hue, hues hue[]);
CREATE TYPE parcel AS (a int, b text); CREATE TYPE hues AS RANGE (SUBTYPE = hue);
CREATE TABLE t0 (id int PRIMARY KEY, h hue, l hue[], d tint, s swatch, r hues, p parcel, ps parcel[], net cidr);
INSERT INTO t0 SELECT i, 'red', '{red,green}', 'red', '(x,red,"{green,red}")', '[red,green]', ROW(i, 'b')::parcel, ARRAY[ROW(i, 'b')::parcel, NULL],
  '192.168.1.5' FROM generate_series(1, 9) i;
CREATE TABLE t1 (LIKE t0 INCLUDING ALL); CREATE TABLE t2 (LIKE t0 INCLUDING ALL); CREATE TABLE t3 (LIKE t0 INCLUDING ALL);
INSERT INTO t1 SELECT * FROM t0; INSERT INTO t2 SELECT * FROM t0; INSERT INTO t3 SELECT * FROM t0;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET h = 'green' WHERE id = 1; DELETE FROM t1 WHERE id = 2; UPDATE t2 SET h = 'green' WHERE id = 1; DELETE FROM t3 WHERE id = 2;
ALTER TYPE hue ADD VALUE 'off, "white"' BEFORE 'green'; ALTER TYPE hue RENAME VALUE 'red' TO 'rot';
UPDATE t0 SET h = 'off, "white"', l = enum_range(NULL::hue), r = '[rot,"off, \"white\""]' WHERE id = 3; UPDATE t1 SET s = ROW('y', 'rot', '{rot}') WHERE id = 3;
UPDATE t2 SET d = 'rot' WHERE id = 1; UPDATE t3 SET d = 'off, "white"' WHERE id = 1;
--@ round
--@ session
ALTER TYPE parcel ADD ATTRIBUTE c date; UPDATE t0 SET p = ROW(7, 'new', '2024-02-29') WHERE id = 1; INSERT INTO t1 (id, p) VALUES (20, ROW(7, 'new', NULL));
UPDATE t2 SET p = ROW(7, 'new', '2024-02-29') WHERE id = 1; DELETE FROM t3 WHERE id = 3;
--@ round
--@ session
ALTER TYPE parcel DROP ATTRIBUTE c; ALTER TYPE parcel DROP ATTRIBUTE b; ALTER TYPE parcel ADD ATTRIBUTE b text; UPDATE t0 SET p = ROW(8, 'newer') WHERE id = 2;
--@ round
--@ session
ALTER TYPE parcel RENAME ATTRIBUTE a TO "A b"; UPDATE t2 SET p = ROW(9, NULL) WHERE id = 4;
--@ round
--@ session
ALTER TABLE t0 ALTER net TYPE inet; UPDATE t0 SET net = '10.0.0.1' WHERE id = 5; ALTER TABLE t1 ALTER net TYPE inet; ALTER TABLE t2 ALTER net TYPE inet; ALTER TABLE t3 ALTER net TYPE inet;
--@ round
--@ session
UPDATE t0 SET h = 'rot'; UPDATE t1 SET h = 'rot'; UPDATE t2 SET h = 'rot'; UPDATE t3 SET h = 'rot';
