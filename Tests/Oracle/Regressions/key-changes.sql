-- Another primary key in one statement, in two with changes in between, by another index, none, and back, under each disposition.
--@ table t0
--@ table t1 disposition=append
--@ table t2 disposition=soft_delete
--@ table t3 disposition=scd2
--@ table t4 disposition=insert_only
--@ setup
CREATE TABLE t0 (id int, n int NOT NULL, v text, CONSTRAINT k0 PRIMARY KEY (id));
CREATE TABLE t1 (id int, n int NOT NULL, v text, CONSTRAINT k1 PRIMARY KEY (id));
CREATE TABLE t2 (id int, n int NOT NULL, v text, CONSTRAINT k2 PRIMARY KEY (id));
CREATE TABLE t3 (id int, n int NOT NULL, v text, CONSTRAINT k3 PRIMARY KEY (id));
CREATE TABLE t4 (id int, n int NOT NULL, v text, CONSTRAINT k4 PRIMARY KEY (id));
ALTER TABLE t0 ALTER v SET STORAGE EXTERNAL; ALTER TABLE t3 ALTER v SET STORAGE EXTERNAL;
DO $$ BEGIN FOR t IN 0..4 LOOP
  EXECUTE format('INSERT INTO t%s SELECT i, i %% 3, repeat(chr(96 + i), 3000) FROM generate_series(1, 12) i', t);
END LOOP; END $$;
--@ round
--@ during load
--@ round
--@ session
DO $$ BEGIN FOR t IN 0..4 LOOP
  EXECUTE format('UPDATE t%s SET n = n + 1 WHERE id < 4; DELETE FROM t%s WHERE id = 5', t, t);
  EXECUTE format('ALTER TABLE t%s DROP CONSTRAINT k%s, ADD CONSTRAINT k%s PRIMARY KEY (id, n)', t, t, t);
  EXECUTE format('UPDATE t%s SET n = n + 1 WHERE id < 3; DELETE FROM t%s WHERE id = 6; INSERT INTO t%s VALUES (1, 9, ''x'')', t, t, t);
END LOOP; END $$;
--@ round
--@ session
UPDATE t0 SET v = 'w' WHERE id = 7; UPDATE t1 SET v = 'w' WHERE id = 7; UPDATE t2 SET n = n + 3 WHERE id = 7; UPDATE t3 SET n = n + 3 WHERE id = 7;
DELETE FROM t0 WHERE id = 1; DELETE FROM t1 WHERE id = 1; DELETE FROM t2 WHERE id = 1; DELETE FROM t3 WHERE id = 1; DELETE FROM t4 WHERE id = 1;
ALTER TABLE t0 DROP CONSTRAINT k0;
INSERT INTO t0 VALUES (20, 1, 'between');
ALTER TABLE t0 ADD CONSTRAINT k0 PRIMARY KEY (n, id);
UPDATE t0 SET n = n + 1 WHERE id > 7;
CREATE UNIQUE INDEX x3 ON t3 (id); ALTER TABLE t3 REPLICA IDENTITY USING INDEX x3; UPDATE t3 SET n = n + 1; UPDATE t3 SET id = id + 100 WHERE id = 9;
ALTER TABLE t1 DROP CONSTRAINT k1; INSERT INTO t1 VALUES (1, 1, 'x'), (1, 1, 'x');
--@ round
--@ session
INSERT INTO t1 VALUES (2, 2, 'y'); UPDATE t3 SET v = 'z' WHERE id < 9; UPDATE t0 SET v = NULL WHERE id = 8;
TRUNCATE t1; ALTER TABLE t1 ADD CONSTRAINT k1 PRIMARY KEY (n); INSERT INTO t1 VALUES (5, 5, 'v'); UPDATE t1 SET n = 6;
ALTER TABLE t3 REPLICA IDENTITY DEFAULT; UPDATE t3 SET n = n + 1 WHERE id > 9;
