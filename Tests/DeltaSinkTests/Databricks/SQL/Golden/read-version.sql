DESCRIBE HISTORY `main`.`golden`.`odd` LIMIT 1
