ALTER TABLE `main`.`golden`.`documents` SET TBLPROPERTIES ('delta.feature.timestampNtz' = 'supported')
