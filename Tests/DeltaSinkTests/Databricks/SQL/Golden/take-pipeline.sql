MERGE INTO `main`.`golden`.`_cdc_state` AS t
USING (SELECT 'shop' AS `pipeline`) AS s
ON t.`pipeline` = s.`pipeline`
WHEN MATCHED THEN UPDATE SET `epoch` = t.`epoch` + 1, `runner` = '5c0d'
WHEN NOT MATCHED THEN INSERT (`pipeline`, `epoch`, `runner`, `sequence`)
  VALUES (s.`pipeline`, 1, '5c0d', 0)
