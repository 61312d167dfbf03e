"""A stand-in for a Databricks workspace: its REST APIs over a real Spark SQL engine and real Delta tables."""
