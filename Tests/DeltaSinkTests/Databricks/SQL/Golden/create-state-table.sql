CREATE TABLE IF NOT EXISTS `main`.`golden`.`_cdc_state` (
  `pipeline` STRING NOT NULL,
  `epoch` BIGINT COMMENT 'counts the runners that took the pipeline',
  `runner` STRING COMMENT 'the one that holds it',
  `sequence` BIGINT COMMENT 'counts the checkpoints',
  `kind` STRING,
  `package_id` STRING,
  `position` DECIMAL(20,0) COMMENT 'the tables hold every transaction that commits before',
  `commit_time` TIMESTAMP COMMENT 'the source\'s clock at the last one',
  `row_count` BIGINT,
  `updated_at` TIMESTAMP
)
USING DELTA
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')
