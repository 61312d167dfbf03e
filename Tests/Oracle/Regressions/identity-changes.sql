-- The replica identity changes between changes.
--@ table t0
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, v text, big text);
ALTER TABLE t0 ALTER big SET STORAGE EXTERNAL;
INSERT INTO t0 SELECT i, 'v', repeat('x', 5000) FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET v = 'w' WHERE id = 2;
ALTER TABLE t0 REPLICA IDENTITY FULL;
UPDATE t0 SET id = 20 WHERE id = 2; UPDATE t0 SET v = 'a' WHERE id = 3; DELETE FROM t0 WHERE id = 4;
ALTER TABLE t0 REPLICA IDENTITY DEFAULT;
UPDATE t0 SET id = 21 WHERE id = 20; UPDATE t0 SET v = 'b' WHERE id = 3; DELETE FROM t0 WHERE id = 5;
