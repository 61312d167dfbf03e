-- NOT NULL comes and goes.
--@ table t0
--@ table t1 disposition=append
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, v text NOT NULL, w int NOT NULL);
CREATE TABLE t1 (id int PRIMARY KEY, v text NOT NULL);
INSERT INTO t0 SELECT i, 'v', 1 FROM generate_series(1, 9) i;
INSERT INTO t1 SELECT i, 'v' FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET v = 'w' WHERE id = 2; UPDATE t1 SET v = 'w' WHERE id = 2;
ALTER TABLE t0 ALTER v DROP NOT NULL; ALTER TABLE t1 ALTER v DROP NOT NULL;
INSERT INTO t0 VALUES (10, NULL, 1);
INSERT INTO t1 VALUES (10, NULL);
UPDATE t0 SET v = NULL WHERE id = 3;
--@ round
--@ session
ALTER TABLE t0 ALTER w DROP NOT NULL;
UPDATE t0 SET w = NULL WHERE id = 4;
--@ round
--@ session
UPDATE t0 SET v = 'x';
ALTER TABLE t0 ALTER v SET NOT NULL;
UPDATE t0 SET w = 4;
