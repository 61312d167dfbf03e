-- What has ended, was removed or was loaded keeps its values under the columns' new names: keys, large columns, one after the other.
--@ table t0 disposition=scd2
--@ table t1 disposition=soft_delete
--@ table t2 disposition=insert_only
--@ table t3 disposition=append
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, n int, big text, gone int); ALTER TABLE t0 ALTER big SET STORAGE EXTERNAL;
INSERT INTO t0 SELECT i, i, repeat(chr(96 + i), 5000), i FROM generate_series(1, 9) i;
CREATE TABLE t1 (LIKE t0 INCLUDING ALL); CREATE TABLE t2 (LIKE t0 INCLUDING ALL); CREATE TABLE t3 (LIKE t0 INCLUDING ALL);
INSERT INTO t1 SELECT * FROM t0; INSERT INTO t2 SELECT * FROM t0; INSERT INTO t3 SELECT * FROM t0;
--@ round
--@ during load
--@ round
--@ session
DO $$ BEGIN FOR t IN 0..3 LOOP
  EXECUTE format('UPDATE t%s SET n = 0 WHERE id = 1; DELETE FROM t%s WHERE id = 2; UPDATE t%s SET id = 30 WHERE id = 3', t, t, t);
  EXECUTE format('ALTER TABLE t%s RENAME id TO key; ALTER TABLE t%s RENAME big TO "Large"; ALTER TABLE t%s ADD late text', t, t, t);
  EXECUTE format('UPDATE t%s SET n = 1 WHERE key IN (1, 4); DELETE FROM t%s WHERE key = 5; INSERT INTO t%s VALUES (2, 2, ''again'', 2, ''late'')', t, t, t);
END LOOP; END $$;
--@ round
--@ session
DO $$ BEGIN FOR t IN 0..3 LOOP
  EXECUTE format('ALTER TABLE t%s DROP gone; ALTER TABLE t%s RENAME key TO k2; ALTER TABLE t%s RENAME "Large" TO big2', t, t, t);
  EXECUTE format('UPDATE t%s SET n = 2 WHERE k2 IN (1, 6); UPDATE t%s SET k2 = 70 WHERE k2 = 7; DELETE FROM t%s WHERE k2 = 30', t, t, t);
  EXECUTE format('UPDATE t%s SET big2 = NULL WHERE k2 = 8', t);
END LOOP; END $$;
--@ round
--@ session
UPDATE t0 SET late = 'x'; DELETE FROM t1; TRUNCATE t2, t0; UPDATE t3 SET n = n + 1;
