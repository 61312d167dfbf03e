CREATE OR REPLACE TABLE `main`.`golden`.`documents`
USING DELTA
CLUSTER BY (`id`)
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
AS SELECT s.c0 AS `id`, parse_json(s.c1) AS `doc`
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/documents/rows', format => 'parquet', schema => 'c0 BIGINT, c1 STRING, _op STRING, _seq BIGINT, _m0 BIGINT') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
