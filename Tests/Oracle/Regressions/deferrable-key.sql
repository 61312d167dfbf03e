-- A deferrable primary key is no replica identity: the first table takes inserts only (its updates must go on working
-- in the source), and rows that swap their keys in one statement must both stay in the second.
--@ table t0
--@ table t1
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n int);
CREATE TABLE t1 (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n int);
ALTER TABLE t1 REPLICA IDENTITY FULL;
INSERT INTO t0 SELECT i, i FROM generate_series(1, 5) i;
INSERT INTO t1 SELECT i, i FROM generate_series(1, 5) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET id = 6 - id;
INSERT INTO t0 VALUES (9, 9);
UPDATE t1 SET id = 6 - id;
DELETE FROM t1 WHERE id = 1;
