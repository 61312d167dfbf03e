CREATE TABLE IF NOT EXISTS `main`.`golden`.`keys` (
  `id` BIGINT
)
USING DELTA
CLUSTER BY (`id`)
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
