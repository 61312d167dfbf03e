SELECT CAST(k.number AS STRING) AS number,
  t.`note` AS c0,
  to_json(transform(t.`tags`, e0 -> e0)) AS c1
FROM read_files('/Volumes/main/golden_staging/cdc/shop/delivery/odd/lookup-1', format => 'parquet', schema => 'number BIGINT, k0 BIGINT, k1 DATE') AS k
JOIN `main`.`golden`.`odd` AS t ON t.`id` = k.k0 AND t.`day` = k.k1
