CREATE OR REPLACE TABLE `main`.`golden`.`odd`
USING DELTA
CLUSTER BY (`id`, `day`)
COMMENT 'orders, it\'s said: 50 % $\u007Bmore}'
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
AS SELECT s.c0 AS `id`, s.c1 AS `day`, s.c2 AS `price; in {euro}`, s.c3 AS `note`, s.c4 AS `bytes`, s.c5 AS `at`, s.c6 AS `local`, s.c7 AS `flag's ``bool```, s.c8 AS `small`, s.c9 AS `born`, s.c10 AS `ratio`, s.c11 AS `wide`, s.c12 AS `tags`, s.c13 AS `pairs`, s.c14 AS `parts`, CAST(NULL AS INT) AS `number`
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/kept/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE, c2 STRING, c3 STRING, c4 BINARY, c5 TIMESTAMP, c6 TIMESTAMP_NTZ, c7 BOOLEAN, c8 DECIMAL(10,2), c9 DATE, c10 DOUBLE, c11 DOUBLE, c12 ARRAY<STRING>, c13 MAP<STRING, TIMESTAMP_NTZ>, c14 STRUCT<`a b`: BIGINT, `list`: ARRAY<DATE>, `more`: STRING>') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
UNION ALL
SELECT h.`id`,
  h.`day`,
  CAST(h.`price; in {euro}` AS STRING),
  h.`note`,
  h.`bytes`,
  CASE WHEN h.`at` IS NULL THEN timestamp_micros(1700000000123456) ELSE h.`at` END,
  h.`local`,
  CASE WHEN h.`at` IS NULL THEN false ELSE h.`flag's ``bool``` END,
  CAST(h.`small` AS DECIMAL(10,2)),
  CAST(NULL AS DATE),
  CAST(h.`ratio` AS DOUBLE),
  h.`wide`,
  h.`tags`,
  h.`pairs`,
  CASE WHEN h.`parts` IS NOT NULL THEN named_struct('a b', CAST(h.`parts`.`a b` AS BIGINT), 'list', h.`parts`.`list`, 'more', CAST(NULL AS STRING)) END,
  h.`number`
FROM `main`.`golden`.`odd` VERSION AS OF 0 AS h
LEFT ANTI JOIN read_files('/Volumes/main/golden_staging/cdc/shop/delivery/kept/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE') AS l ON h.`id` <=> l.c0 AND h.`day` <=> l.c1
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
