SELECT table_name, column_name, full_data_type, comment
FROM `main`.`information_schema`.`columns`
WHERE table_schema = 'golden' AND table_name = 'odd'
ORDER BY table_name, ordinal_position
