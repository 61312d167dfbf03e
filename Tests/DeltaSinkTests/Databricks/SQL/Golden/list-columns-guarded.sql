SELECT table_name, column_name, full_data_type, comment
FROM `main`.`information_schema`.`columns`
WHERE table_schema = 'golden' AND table_name = 'odd'
  AND (SELECT CASE WHEN max(`epoch`) = 7 AND max(`sequence`) = 41 THEN true ELSE raise_error('cdc: this runner was replaced') END FROM `main`.`golden`.`_cdc_state` WHERE `pipeline` = 'shop')
ORDER BY table_name, ordinal_position
