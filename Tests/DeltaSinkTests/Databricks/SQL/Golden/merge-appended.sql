MERGE INTO `main`.`golden`.`odd_log` AS t
USING (
SELECT s.c0, s.c1, s.c2, s.c3, s.c4, s.c5, s.c6, s.c7, s.c8, s.c9, s.c10, s.c11, s.c12, s.c13, s.c14, s.c15, s.c16, s.c17, s.c18, s.c19, s.c20
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/log/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE, c2 DECIMAL(12,2), c3 STRING, c4 BINARY, c5 TIMESTAMP, c6 TIMESTAMP_NTZ, c7 BOOLEAN, c8 SMALLINT, c9 INT, c10 FLOAT, c11 DOUBLE, c12 ARRAY<STRING>, c13 MAP<STRING, TIMESTAMP_NTZ>, c14 STRUCT<`a b`: INT, `list`: ARRAY<DATE>>, c15 STRING, c16 BIGINT, c17 BIGINT, c18 TIMESTAMP, c19 BIGINT, c20 STRING') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
) AS s
ON t.`_cdc_lsn` = s.c16
  AND t.`_cdc_sequence` = s.c17
  AND t.`_cdc_op` <> 'r'
  AND t.`_cdc_lsn` >= 100L
  AND t.`_cdc_lsn` <= -16L
WHEN NOT MATCHED THEN INSERT (`id`, `day`, `price; in {euro}`, `note`, `bytes`, `at`, `local`, `flag's ``bool```, `small`, `number`, `ratio`, `wide`, `tags`, `pairs`, `parts`, `_cdc_op`, `_cdc_lsn`, `_cdc_sequence`, `_cdc_commit_time`, `_cdc_xid`, `_cdc_unchanged`)
  VALUES (s.c0, s.c1, s.c2, s.c3, s.c4, s.c5, s.c6, s.c7, s.c8, s.c9, s.c10, s.c11, s.c12, s.c13, s.c14, s.c15, s.c16, s.c17, s.c18, s.c19, s.c20)
