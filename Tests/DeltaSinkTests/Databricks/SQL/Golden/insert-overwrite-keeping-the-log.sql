INSERT OVERWRITE TABLE `main`.`golden`.`odd_log` (`id`, `day`, `price; in {euro}`, `bytes`, `at`, `local`, `flag's ``bool```, `small`, `number`, `ratio`, `wide`, `tags`, `pairs`, `parts`, `_cdc_op`, `_cdc_lsn`, `_cdc_sequence`, `_cdc_commit_time`, `_cdc_xid`, `_cdc_unchanged`, `note`)
SELECT s.c0, s.c1, s.c2, s.c3, s.c4, s.c5, s.c6, s.c7, s.c8, s.c9, s.c10, s.c11, s.c12, s.c13, s.c14, s.c15, s.c16, s.c17, s.c18, s.c19, CAST(NULL AS STRING)
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/kept-log/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE, c2 DECIMAL(12,2), c3 BINARY, c4 TIMESTAMP, c5 TIMESTAMP_NTZ, c6 BOOLEAN, c7 SMALLINT, c8 INT, c9 FLOAT, c10 DOUBLE, c11 ARRAY<STRING>, c12 MAP<STRING, TIMESTAMP_NTZ>, c13 STRUCT<`a b`: INT, `list`: ARRAY<DATE>>, c14 STRING, c15 BIGINT, c16 BIGINT, c17 TIMESTAMP, c18 BIGINT, c19 STRING') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
UNION ALL
SELECT CAST(NULL AS BIGINT), CAST(NULL AS DATE), CAST(NULL AS DECIMAL(12,2)), CAST(NULL AS BINARY), CAST(NULL AS TIMESTAMP), CAST(NULL AS TIMESTAMP_NTZ), CAST(NULL AS BOOLEAN), CAST(NULL AS SMALLINT), CAST(NULL AS INT), CAST(NULL AS FLOAT), CAST(NULL AS DOUBLE), CAST(NULL AS ARRAY<STRING>), CAST(NULL AS MAP<STRING, TIMESTAMP_NTZ>), CAST(NULL AS STRUCT<`a b`: INT, `list`: ARRAY<DATE>>), 't', CAST(-16 AS BIGINT), CAST(-2 AS BIGINT), CAST(NULL AS TIMESTAMP), CAST(NULL AS BIGINT), CAST(NULL AS STRING), CAST(NULL AS STRING)
FROM VALUES (0) AS o(`n`)
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
UNION ALL
SELECT h.`id`,
  h.`day`,
  h.`price; in {euro}`,
  h.`bytes`,
  h.`at`,
  h.`local`,
  h.`flag's ``bool```,
  h.`small`,
  h.`number`,
  h.`ratio`,
  h.`wide`,
  h.`tags`,
  h.`pairs`,
  h.`parts`,
  h.`_cdc_op`,
  h.`_cdc_lsn`,
  h.`_cdc_sequence`,
  h.`_cdc_commit_time`,
  h.`_cdc_xid`,
  h.`_cdc_unchanged`,
  h.`note`
FROM `main`.`golden`.`odd_log` VERSION AS OF 0 AS h
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
