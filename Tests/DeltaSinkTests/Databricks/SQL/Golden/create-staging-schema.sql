CREATE SCHEMA IF NOT EXISTS `main`.`golden_staging`
