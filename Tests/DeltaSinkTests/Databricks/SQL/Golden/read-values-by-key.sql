SELECT CAST(k.number AS STRING) AS number,
  t.`note` AS c0,
  to_json(transform(t.`tags`, e0 -> e0)) AS c1
FROM VALUES
  (0, CAST(-5 AS BIGINT), date_add(DATE'1970-01-01', 18000)),
  (1, CAST(7 AS BIGINT), date_add(DATE'1970-01-01', -800000))
AS k(number, k0, k1)
JOIN `main`.`golden`.`odd` AS t ON t.`id` = k.k0 AND t.`by ``day``` = k.k1
