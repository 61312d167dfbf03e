CREATE TABLE IF NOT EXISTS `main`.`golden`.`documents` (
  `id` BIGINT,
  `doc` VARIANT
)
USING DELTA
CLUSTER BY (`id`)
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
