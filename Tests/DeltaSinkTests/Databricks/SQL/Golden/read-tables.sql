SELECT `schema_name`, `table_name`, max_by(`target`, `version`) AS `target`, max(`version`) AS `version`,
  max_by(`columns`, `version`) AS `columns`, max_by(`mark`, `version`) AS `mark`,
  max_by(`comment`, `version`) AS `comment`, to_json(collect_set(`columns`)) AS `all_columns`,
  max_by(`load_id`, CASE WHEN `load_id` IS NOT NULL THEN `version` END) AS `load_id`,
  CAST(max_by(`position`, CASE WHEN `load_id` IS NOT NULL THEN `version` END) AS STRING) AS `position`,
  max_by(`after_sequence`, CASE WHEN `load_id` IS NOT NULL THEN `version` END) AS `after_sequence`
FROM `main`.`golden`.`_cdc_schema`
WHERE `pipeline` = 'shop'
GROUP BY `schema_name`, `table_name`
