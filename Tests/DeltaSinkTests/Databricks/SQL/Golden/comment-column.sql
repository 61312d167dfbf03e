ALTER TABLE `main`.`golden`.`odd` ALTER COLUMN `note` COMMENT 'it\'s\nlong'
