UPDATE `main`.`golden`.`_cdc_state` SET
  `sequence` = 4,
  `kind` = 'full_load',
  `package_id` = 'shop-1-2',
  `position` = CAST(18446744073709551600 AS DECIMAL(20,0)),
  `commit_time` = timestamp_micros(1700000000123456),
  `row_count` = 42,
  `updated_at` = current_timestamp()
WHERE `pipeline` = 'shop' AND `epoch` = 7 AND `sequence` = 3
