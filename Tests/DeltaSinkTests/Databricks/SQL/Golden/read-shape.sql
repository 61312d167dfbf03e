SELECT max_by(`columns`, `recorded_at`) AS `columns`
FROM `main`.`golden`.`_cdc_schema`
WHERE `target` = 'odd' AND `columns` IS NOT NULL
