COMMENT ON TABLE `main`.`golden`.`odd` IS 'it\'s'
