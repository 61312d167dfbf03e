-- Rows of a full load were valid from a time after the snapshot: what changed at once had versions that ended before
-- they began.
--@ table t0 disposition=scd2
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, n int);
INSERT INTO t0 SELECT i, 0 FROM generate_series(1, 20) i;
--@ round
--@ session
DO $$ BEGIN FOR i IN 1..3000 LOOP UPDATE t0 SET n = n + 1 WHERE id = 1 + i % 20; COMMIT; END LOOP; END $$;
--@ during load
