CREATE TABLE IF NOT EXISTS `main`.`golden`.`_cdc_loads` (
  `pipeline` STRING NOT NULL,
  `sequence` BIGINT NOT NULL,
  `epoch` BIGINT,
  `kind` STRING,
  `package_id` STRING,
  `position` DECIMAL(20,0),
  `commit_time` TIMESTAMP,
  `row_count` BIGINT,
  `committed_at` TIMESTAMP
)
USING DELTA
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')
