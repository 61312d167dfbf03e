-- A generated column, no key, no column at all, nothing but a key.
--@ table t0
--@ table t1
--@ table t2
--@ table t3 disposition=append
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, g int GENERATED ALWAYS AS (n * 2) STORED, n int, big text); ALTER TABLE t0 ALTER big SET STORAGE EXTERNAL;
ALTER TABLE t0 REPLICA IDENTITY FULL;
CREATE TABLE t1 (n int); ALTER TABLE t1 REPLICA IDENTITY FULL;
CREATE TABLE t2 (); ALTER TABLE t2 REPLICA IDENTITY FULL;
CREATE TABLE t3 (id int PRIMARY KEY);
INSERT INTO t0 (id, n, big) SELECT i, i, repeat(chr(100 + i), 5000) FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET n = 5 WHERE id = 3; UPDATE t0 SET id = 30 WHERE id = 3; DELETE FROM t0 WHERE id = 4;
INSERT INTO t1 VALUES (1), (1), (NULL); UPDATE t1 SET n = 2; DELETE FROM t1 WHERE ctid IN (SELECT ctid FROM t1 LIMIT 1);
INSERT INTO t2 DEFAULT VALUES; INSERT INTO t2 DEFAULT VALUES;
INSERT INTO t3 VALUES (1); UPDATE t3 SET id = 2; DELETE FROM t3;
ALTER TABLE t2 ADD COLUMN c int; INSERT INTO t2 VALUES (5);
