-- Rows without a key, some of them equal: as many stay as in the source.
--@ table t0 disposition=merge
--@ setup
CREATE TABLE t0 (n int, big text); ALTER TABLE t0 REPLICA IDENTITY FULL; ALTER TABLE t0 ALTER big SET STORAGE EXTERNAL;
INSERT INTO t0 SELECT i % 3, CASE WHEN i % 2 = 0 THEN repeat('x', 5000) END FROM generate_series(1, 30) i;
--@ round
--@ during load
--@ round
--@ session
DO $$ BEGIN FOR i IN 1..300 LOOP
  INSERT INTO t0 VALUES (i % 4); DELETE FROM t0 WHERE ctid = (SELECT min(ctid) FROM t0 WHERE n = i % 3);
  UPDATE t0 SET n = (n + 1) % 3 WHERE ctid = (SELECT max(ctid) FROM t0); COMMIT;
END LOOP; END $$;
--@ during capture rows=7 cut=fault:after_table_commit:3
--@ during capture rows=3 cut=fault:before_checkpoint:2
--@ during capture rows=20 cut=cancel:200
