-- Partitions detached, attached, dropped and made between changes.
--@ table t0
--@ table t1
--@ setup
CREATE TABLE t0 (id int, part text, v text, PRIMARY KEY (id, part)) PARTITION BY LIST (id);
CREATE TABLE p0 PARTITION OF t0 FOR VALUES IN (0, 1); CREATE TABLE p1 PARTITION OF t0 FOR VALUES IN (2, 3);
CREATE TABLE t1 (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE q0 PARTITION OF t1 FOR VALUES FROM (0) TO (10); CREATE TABLE q1 PARTITION OF t1 FOR VALUES FROM (10) TO (20);
INSERT INTO t0 SELECT i % 4, i, 'v' FROM generate_series(1, 20) i; INSERT INTO t1 SELECT i, 'v' FROM generate_series(1, 19) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET v = 'w' WHERE id = 1; ALTER TABLE t0 DETACH PARTITION p1; UPDATE p1 SET v = 'away'; UPDATE t0 SET v = 'x' WHERE id = 0;
CREATE TABLE q2 PARTITION OF t1 FOR VALUES FROM (20) TO (30); INSERT INTO t1 SELECT i, 'new' FROM generate_series(20, 29) i; DROP TABLE q0;
--@ round
--@ session
INSERT INTO p1 VALUES (2, 'away', 'away'); ALTER TABLE t0 ATTACH PARTITION p1 FOR VALUES IN (2, 3); UPDATE t0 SET v = 'back' WHERE id = 2;
UPDATE t1 SET id = 21 WHERE id = 11; DELETE FROM t1 WHERE id = 21; UPDATE t1 SET id = 12 WHERE id = 22; UPDATE t1 SET id = id + 5 WHERE id = 18;
CREATE TABLE q0 (v text, gone int, id int NOT NULL); ALTER TABLE q0 DROP gone; INSERT INTO q0 VALUES ('own', 5);
ALTER TABLE t1 ATTACH PARTITION q0 FOR VALUES FROM (0) TO (10); UPDATE t1 SET v = 'owned' WHERE id = 5;
--@ round
--@ session
ALTER TABLE t1 DETACH PARTITION q0; ALTER TABLE t1 ADD c int DEFAULT 5; ALTER TABLE q0 ADD c int; INSERT INTO q0 VALUES ('own', 6, 7);
ALTER TABLE t1 ATTACH PARTITION q0 FOR VALUES FROM (0) TO (10); UPDATE t1 SET c = 8 WHERE id = 6;
--@ during capture rows=3
--@ round
--@ session
BEGIN; UPDATE t1 SET v = 'p' WHERE id > 12; PREPARE TRANSACTION 'one'; SELECT pg_sleep(1.2); COMMIT PREPARED 'one'; UPDATE t1 SET v = 'q' WHERE id = 13;
--@ during capture
--@ during capture cut=cancel:300
--@ during capture rows=1
--@ after reload tables=t1
