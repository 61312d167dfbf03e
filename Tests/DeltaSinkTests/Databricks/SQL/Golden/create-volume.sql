CREATE VOLUME IF NOT EXISTS `main`.`golden_staging`.`cdc`
