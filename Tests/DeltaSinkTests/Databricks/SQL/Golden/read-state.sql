SELECT `epoch`, `runner`, `sequence`, `kind`, `package_id`, CAST(`position` AS STRING) AS `position`,
  unix_micros(`commit_time`) AS `commit_time`, `row_count`,
  (SELECT max(`sequence`) FROM `main`.`golden`.`_cdc_loads` WHERE `pipeline` = 'shop') AS `recorded`
FROM `main`.`golden`.`_cdc_state`
WHERE `pipeline` = 'shop'
