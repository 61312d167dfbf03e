CREATE OR REPLACE TABLE `main`.`golden`.`odd`
USING DELTA
CLUSTER BY (`id`, `day`)
COMMENT 'orders, it\'s said: 50 % $\u007Bmore}'
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
AS SELECT s.c0 AS `id`, s.c1 AS `day`, s.c2 AS `price; in {euro}`, s.c3 AS `note`, s.c4 AS `bytes`, s.c5 AS `at`, s.c6 AS `local`, s.c7 AS `flag's ``bool```, s.c8 AS `small`, s.c9 AS `number`, s.c10 AS `ratio`, s.c11 AS `wide`, s.c12 AS `tags`, s.c13 AS `pairs`, s.c14 AS `parts`
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/odd/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE, c2 DECIMAL(12,2), c3 STRING, c4 BINARY, c5 TIMESTAMP, c6 TIMESTAMP_NTZ, c7 BOOLEAN, c8 SMALLINT, c9 INT, c10 FLOAT, c11 DOUBLE, c12 ARRAY<STRING>, c13 MAP<STRING, TIMESTAMP_NTZ>, c14 STRUCT<`a b`: INT, `list`: ARRAY<DATE>>') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
