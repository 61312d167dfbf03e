-- The default of a new column fills the rows that are there. The catalog notes that at the leaves of a partitioned table, not at
-- the table itself.
--@ table t0
--@ table t1
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE t0_low PARTITION OF t0 FOR VALUES FROM (MINVALUE) TO (5);
CREATE TABLE t0_rest PARTITION OF t0 DEFAULT;
CREATE TABLE t1 (id int PRIMARY KEY, v text) PARTITION BY HASH (id);
CREATE TABLE t1_0 PARTITION OF t1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO t0 SELECT i, 'v' FROM generate_series(1, 9) i;
INSERT INTO t1 SELECT i, 'v' FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET v = 'w' WHERE id = 2;
ALTER TABLE t0 ADD COLUMN c int DEFAULT 7;
UPDATE t0 SET v = 'x' WHERE id = 3;
--@ round
--@ session
ALTER TABLE t1 ADD COLUMN c float8 DEFAULT random();
--@ round
--@ session
TRUNCATE t0_low;
--@ round
--@ session
TRUNCATE t0;
INSERT INTO t0 VALUES (1, 'again'), (20, 'again');
