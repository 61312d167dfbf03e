ALTER TABLE `main`.`golden`.`odd_keyed` RENAME COLUMN `note` TO `no``te; 'new'`
