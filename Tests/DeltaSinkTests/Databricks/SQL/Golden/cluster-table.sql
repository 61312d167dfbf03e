ALTER TABLE `main`.`golden`.`odd` CLUSTER BY (`id`, `day`)
