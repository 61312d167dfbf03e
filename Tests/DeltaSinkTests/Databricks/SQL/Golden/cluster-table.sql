ALTER TABLE `main`.`golden`.`odd` CLUSTER BY (`id`, `by ``day```)
