ALTER TABLE `main`.`golden`.`odd_keyed` DROP COLUMN `flag's ``bool```
