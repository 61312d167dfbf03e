CREATE TABLE IF NOT EXISTS `main`.`golden`.`keys` (
  `id` BIGINT
)
USING DELTA
DEFAULT COLLATION UTF8_BINARY
CLUSTER BY (`id`)
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
