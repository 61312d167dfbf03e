CREATE TABLE IF NOT EXISTS `main`.`golden`.`_cdc_schema` (
  `pipeline` STRING NOT NULL,
  `schema_name` STRING NOT NULL,
  `table_name` STRING NOT NULL,
  `target` STRING COMMENT 'the table of this dataset',
  `version` BIGINT NOT NULL,
  `position` DECIMAL(20,0) COMMENT 'from here on',
  `load_id` STRING COMMENT 'of a full load: the table skips what commits before the position',
  `after_sequence` BIGINT COMMENT 'the checkpoint before',
  `columns` STRING COMMENT 'JSON: name, type, sourceType, key, nullable, number, comment; null: no longer followed',
  `mark` STRING COMMENT 'what the source knows the table by',
  `comment` STRING,
  `recorded_at` TIMESTAMP
)
USING DELTA
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')
