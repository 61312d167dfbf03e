DROP TABLE IF EXISTS `main`.`golden`.`gone`
