CREATE TABLE IF NOT EXISTS `main`.`golden`.`odd_log` (
  `id` BIGINT COMMENT 'it\'s the key',
  `day` DATE,
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
  `_cdc_op` STRING COMMENT 'c insert, u update, d delete, t truncate, r read by a full load',
  `_cdc_lsn` BIGINT COMMENT 'where the transaction\'s commit record begins; of a full load the snapshot\'s position',
  `_cdc_sequence` BIGINT COMMENT 'counts the table\'s changes within the transaction, from 0; of a load\'s rows -1',
  `_cdc_commit_time` TIMESTAMP,
  `_cdc_xid` BIGINT,
  `_cdc_unchanged` STRING COMMENT 'columns that the log did not carry because the change left them as they were'
)
USING DELTA
CLUSTER BY (`_cdc_lsn`)
COMMENT 'orders, it\'s said: 50 % $\u007Bmore}'
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')
