-- The names in _cdc_unchanged are separated by commas, which a name may have itself.
--@ table t0 disposition=append
--@ setup
CREATE TABLE t0 (id int PRIMARY KEY, n int, "a,b" text, a text, "q""x" text, plain text);
ALTER TABLE t0 ALTER "a,b" SET STORAGE EXTERNAL, ALTER "q""x" SET STORAGE EXTERNAL, ALTER plain SET STORAGE EXTERNAL;
INSERT INTO t0 SELECT i, i, repeat('x', 5000), 'a', repeat('y', 5000), repeat('z', 5000) FROM generate_series(1, 5) i;
--@ round
--@ during load
--@ round
--@ session
UPDATE t0 SET n = n + 1;
UPDATE t0 SET a = NULL WHERE id = 2;
UPDATE t0 SET id = 20, plain = NULL WHERE id = 3;
