MERGE INTO `main`.`golden`.`keys` AS t
USING (
SELECT s.c0, s._op
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/keys/rows', format => 'parquet', schema => 'c0 BIGINT, _op STRING, _seq BIGINT') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
) AS s
ON t.`id` = s.c0
WHEN MATCHED THEN UPDATE SET
  `id` = t.`id`
WHEN NOT MATCHED THEN INSERT (`id`)
  VALUES (s.c0)
