MERGE INTO `main`.`golden`.`_cdc_schema` AS t
USING (
SELECT * FROM VALUES
  ('shop', 'public', 'Odd', 'odd', CAST(1 AS BIGINT), CAST(18446744073709551600 AS DECIMAL(20,0)), 'e1-load', CAST(0 AS BIGINT), '[{"name":"it\'s"}]', '16384 it\'s', 'a\nb'),
  ('shop', 'public', 'keys', 'keys', CAST(2 AS BIGINT), CAST(1 AS DECIMAL(20,0)), CAST(NULL AS STRING), CAST(3 AS BIGINT), CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS STRING))
AS v(`pipeline`, `schema_name`, `table_name`, `target`, `version`, `position`, `load_id`, `after_sequence`, `columns`, `mark`, `comment`)
WHERE (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
) AS s
ON t.`pipeline` = s.`pipeline` AND t.`schema_name` = s.`schema_name`
  AND t.`table_name` = s.`table_name` AND t.`version` = s.`version`
WHEN NOT MATCHED THEN INSERT (`pipeline`, `schema_name`, `table_name`, `target`, `version`, `position`, `load_id`, `after_sequence`, `columns`, `mark`, `comment`, `recorded_at`)
  VALUES (s.`pipeline`, s.`schema_name`, s.`table_name`, s.`target`, s.`version`, s.`position`, s.`load_id`, s.`after_sequence`, s.`columns`, s.`mark`, s.`comment`, current_timestamp())
