MERGE INTO `main`.`golden`.`_cdc_loads` AS t
USING (
SELECT `pipeline`, `sequence`, `epoch`, `kind`, `package_id`, `position`, `commit_time`, `row_count`, `updated_at` AS `committed_at`
FROM `main`.`golden`.`_cdc_state`
WHERE `pipeline` = 'shop' AND `kind` IS NOT NULL
) AS s
ON t.`pipeline` = s.`pipeline` AND t.`sequence` = s.`sequence`
WHEN NOT MATCHED THEN INSERT (`pipeline`, `sequence`, `epoch`, `kind`, `package_id`, `position`, `commit_time`, `row_count`, `committed_at`)
  VALUES (s.`pipeline`, s.`sequence`, s.`epoch`, s.`kind`, s.`package_id`, s.`position`, s.`commit_time`, s.`row_count`, s.`committed_at`)
