MERGE INTO `main`.`golden`.`documents` AS t
USING (
SELECT s.c0, s.c1, s._op, s._m0
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/documents/rows', format => 'parquet', schema => 'c0 BIGINT, c1 STRING, _op STRING, _seq BIGINT, _m0 BIGINT') AS s
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
) AS s
ON t.`id` = s.c0
WHEN MATCHED THEN UPDATE SET
  `doc` = CASE WHEN getbit(s._m0, 1) = 1 THEN t.`doc` ELSE parse_json(s.c1) END
WHEN NOT MATCHED THEN INSERT (`id`, `doc`)
  VALUES (s.c0, CASE WHEN getbit(s._m0, 1) = 1 THEN raise_error('cdc: the table does not have a row whose unchanged values it is to keep') ELSE parse_json(s.c1) END)
