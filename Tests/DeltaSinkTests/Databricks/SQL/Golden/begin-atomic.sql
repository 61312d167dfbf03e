BEGIN ATOMIC
MERGE INTO `main`.`golden`.`odd` AS t
USING (
SELECT s.c0, s.c1, s.c2, s.c3, s.c4, s.c5, s.c6, s.c7, s.c8, s.c9, s.c10, s.c11, s.c12, s.c13, s.c14, s._op, s._m0
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/odd/rows', format => 'parquet', schema => 'c0 BIGINT, c1 DATE, c2 DECIMAL(12,2), c3 STRING, c4 BINARY, c5 TIMESTAMP, c6 TIMESTAMP_NTZ, c7 BOOLEAN, c8 SMALLINT, c9 INT, c10 FLOAT, c11 DOUBLE, c12 ARRAY<STRING>, c13 MAP<STRING, TIMESTAMP_NTZ>, c14 STRUCT<`a b`: INT, `list`: ARRAY<DATE>>, _op STRING, _seq BIGINT, _m0 BIGINT') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
) AS s
ON t.`id` = s.c0
  AND t.`day` = s.c1
  AND t.`id` >= -5L
  AND t.`id` <= 9223372036854775807L
  AND t.`day` >= DATE'2020-01-01'
  AND t.`day` <= DATE'2026-11-22'
WHEN MATCHED AND s._op = 'd' THEN DELETE
WHEN MATCHED THEN UPDATE SET
  `price; in {euro}` = s.c2,
  `note` = CASE WHEN getbit(s._m0, 3) = 1 THEN t.`note` ELSE s.c3 END,
  `bytes` = CASE WHEN getbit(s._m0, 4) = 1 THEN t.`bytes` ELSE s.c4 END,
  `at` = s.c5,
  `local` = s.c6,
  `flag's ``bool``` = s.c7,
  `small` = s.c8,
  `number` = s.c9,
  `ratio` = s.c10,
  `wide` = s.c11,
  `tags` = s.c12,
  `pairs` = s.c13,
  `parts` = s.c14
WHEN NOT MATCHED AND s._op <> 'd' THEN INSERT (`id`, `day`, `price; in {euro}`, `note`, `bytes`, `at`, `local`, `flag's ``bool```, `small`, `number`, `ratio`, `wide`, `tags`, `pairs`, `parts`)
  VALUES (s.c0, s.c1, s.c2, CASE WHEN getbit(s._m0, 3) = 1 THEN raise_error('cdc: the table does not have a row whose unchanged values it is to keep') ELSE s.c3 END, CASE WHEN getbit(s._m0, 4) = 1 THEN raise_error('cdc: the table does not have a row whose unchanged values it is to keep') ELSE s.c4 END, s.c5, s.c6, s.c7, s.c8, s.c9, s.c10, s.c11, s.c12, s.c13, s.c14);
UPDATE `main`.`golden`.`_cdc_state` SET
  `sequence` = 4,
  `kind` = 'cdc',
  `package_id` = 'shop-1-2',
  `position` = CAST(18446744073709551600 AS DECIMAL(20,0)),
  `commit_time` = timestamp_micros(1700000000123456),
  `row_count` = 42,
  `updated_at` = current_timestamp()
WHERE `pipeline` = 'shop' AND `epoch` = 7 AND `sequence` = 3 AND (`position` IS NULL OR `position` <= CAST(18446744073709551600 AS DECIMAL(20,0)));
END
