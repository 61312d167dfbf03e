SELECT CAST(t.`id` AS STRING) AS c0,
  to_json(t.`doc`) AS c1
FROM `main`.`golden`.`documents` AS t
