CREATE TABLE IF NOT EXISTS `main`.`golden`.`odd_keyed` (
  `id` BIGINT NOT NULL COMMENT 'it\'s the key',
  `day` DATE NOT NULL,
  `price; in {euro}` DECIMAL(12,2),
  `note` STRING,
  `bytes` BINARY,
  `at` TIMESTAMP,
  `local` TIMESTAMP_NTZ,
  `flag's ``bool``` BOOLEAN,
  `small` SMALLINT,
  `number` INT,
  `ratio` FLOAT,
  `wide` DOUBLE,
  `tags` ARRAY<STRING>,
  `pairs` MAP<STRING, TIMESTAMP_NTZ>,
  `parts` STRUCT<`a b`: INT, `list`: ARRAY<DATE>>,
  PRIMARY KEY (`id`, `day`)
)
USING DELTA
CLUSTER BY (`id`, `day`)
COMMENT 'orders, it\'s said: 50 % $\u007Bmore}'
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
