-- Keys that PostgreSQL takes for equal though their text differs, and keys that are lists.
--@ table t0
--@ table t1
--@ table t2
--@ table t3
--@ table t4 disposition=soft_delete
--@ setup
CREATE EXTENSION citext;
CREATE TABLE t0 (id numeric PRIMARY KEY, big text, n int); ALTER TABLE t0 ALTER big SET STORAGE EXTERNAL;
CREATE TABLE t1 (id float8 PRIMARY KEY, big text, n int); ALTER TABLE t1 ALTER big SET STORAGE EXTERNAL;
CREATE TABLE t2 (id citext PRIMARY KEY, big text, n int); ALTER TABLE t2 ALTER big SET STORAGE EXTERNAL;
CREATE TABLE t3 (id int4[] PRIMARY KEY, big text, n int); ALTER TABLE t3 ALTER big SET STORAGE EXTERNAL;
CREATE TABLE t4 (id citext PRIMARY KEY, big text, n int); ALTER TABLE t4 ALTER big SET STORAGE EXTERNAL;
INSERT INTO t0 SELECT (i::text || '.0')::numeric, repeat('x', 5000), 0 FROM generate_series(1, 9) i;
INSERT INTO t1 SELECT i - 1, repeat('x', 5000), 0 FROM generate_series(1, 9) i; INSERT INTO t1 VALUES ('NaN', repeat('n', 5000), 0);
INSERT INTO t2 SELECT 'k' || i, repeat('x', 5000), 0 FROM generate_series(1, 9) i;
INSERT INTO t4 SELECT 'k' || i, repeat('x', 5000), 0 FROM generate_series(1, 9) i;
INSERT INTO t3 SELECT ARRAY[i, NULL], repeat('x', 5000), 0 FROM generate_series(1, 9) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET id = (id::text || '0')::numeric WHERE id < 4; UPDATE t0 SET n = 1 WHERE id = 2; DELETE FROM t0 WHERE id = 3; UPDATE t0 SET id = 4.0000, n = 2 WHERE id = 4;
UPDATE t1 SET id = '-0' WHERE id = 0; UPDATE t1 SET n = 1 WHERE id = 0; UPDATE t1 SET n = 3 WHERE id = 'NaN'; UPDATE t1 SET id = 'NaN'::float8 - 0, n = 4 WHERE id = 'NaN';
UPDATE t2 SET id = upper(id) WHERE id < 'k5'; UPDATE t2 SET n = 1 WHERE id = 'k2'; DELETE FROM t2 WHERE id = 'k3'; INSERT INTO t2 VALUES ('K3', 'new', 5);
UPDATE t4 SET id = upper(id) WHERE id < 'k5'; UPDATE t4 SET n = 1 WHERE id = 'k2'; DELETE FROM t4 WHERE id = 'k3'; INSERT INTO t4 VALUES ('k3', 'new', 5);
UPDATE t3 SET id = id || 5 WHERE id[1] < 4; UPDATE t3 SET n = 1 WHERE id[1] = 2; DELETE FROM t3 WHERE id[1] = 3; UPDATE t3 SET id = '[0:1]={7,NULL}' WHERE id[1] = 7;
--@ round
--@ session
UPDATE t0 SET n = n + 1; UPDATE t1 SET n = n + 1; UPDATE t2 SET n = n + 1; UPDATE t3 SET n = n + 1; UPDATE t4 SET n = n + 1;
--@ during capture rows=3
