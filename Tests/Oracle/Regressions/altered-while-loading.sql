-- A load once waited for ever when a column went between its snapshot and its lock. Whether one goes just then is chance.
--@ table t0
--@ table t1 disposition=append
--@ table t2 disposition=scd2
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, a int, b int, c int, d int);
CREATE TABLE t1 (LIKE t0 INCLUDING ALL);
CREATE TABLE t2 (LIKE t0 INCLUDING ALL);
INSERT INTO t0 SELECT i FROM generate_series(1, 100) i;
INSERT INTO t1 SELECT i FROM generate_series(1, 100) i;
INSERT INTO t2 SELECT i FROM generate_series(1, 100) i;
--@ round
--@ session
ALTER TABLE t0 DROP COLUMN a; UPDATE t0 SET b = 1 WHERE id < 9; ALTER TABLE t1 DROP COLUMN a; ALTER TABLE t2 DROP COLUMN a;
TRUNCATE t1; INSERT INTO t1 (id) VALUES (7); ALTER TABLE t0 DROP COLUMN b; ALTER TABLE t1 DROP COLUMN b; TRUNCATE t2;
ALTER TABLE t2 DROP COLUMN b; INSERT INTO t2 (id) VALUES (8); ALTER TABLE t0 DROP COLUMN c; ALTER TABLE t1 DROP COLUMN c;
--@ during load
