ALTER TABLE `main`.`golden`.`odd` ADD COLUMN `added` ARRAY<INT> COMMENT 'later'
