/// The tables that a dataset keeps about itself. A machine with an empty disk goes on from them alone.
struct StateTables {
  let layout: DatabricksLayout

  /// `_cdc_state` comes last: it is what a run asks for, so where it is the others are.
  var statements: [String] { [createLoads, createSchemas, createState] }

  /// A row a pipeline: who runs it, and how far it is.
  private var createState: String {
    create(
      DatabricksLayout.state,
      [
        "`pipeline` STRING NOT NULL", "`epoch` BIGINT COMMENT 'counts the runners that took the pipeline'",
        "`runner` STRING COMMENT 'the one that holds it'",
        "`sequence` BIGINT COMMENT 'counts the checkpoints'", "`kind` STRING", "`package_id` STRING",
        "`position` DECIMAL(20,0) COMMENT 'the tables hold every transaction that commits before'",
        "`commit_time` TIMESTAMP COMMENT 'the source''s clock at the last one'", "`row_count` BIGINT",
        "`updated_at` TIMESTAMP",
      ])
  }

  /// A row a checkpoint, written last: what it names is there.
  private var createLoads: String {
    create(
      DatabricksLayout.loads,
      [
        "`pipeline` STRING NOT NULL", "`sequence` BIGINT NOT NULL", "`epoch` BIGINT", "`kind` STRING",
        "`package_id` STRING", "`position` DECIMAL(20,0)", "`commit_time` TIMESTAMP", "`row_count` BIGINT",
        "`committed_at` TIMESTAMP",
      ])
  }

  /// A row for every shape that a table had, and for every load.
  private var createSchemas: String {
    create(
      DatabricksLayout.schemas,
      [
        "`pipeline` STRING NOT NULL", "`schema_name` STRING NOT NULL", "`table_name` STRING NOT NULL",
        "`target` STRING COMMENT 'the table of this dataset'", "`version` BIGINT NOT NULL",
        "`position` DECIMAL(20,0) COMMENT 'from here on'",
        "`load_id` STRING COMMENT 'of a full load: the table skips what commits before the position'",
        "`after_sequence` BIGINT COMMENT 'the checkpoint before'",
        "`columns` STRING COMMENT 'JSON: name, type, sourceType, key, nullable, number, comment; null: no longer followed'",
        "`mark` STRING COMMENT 'what the source knows the table by'", "`comment` STRING",
        "`recorded_at` TIMESTAMP",
      ])
  }

  private func create(_ name: String, _ columns: [String]) -> String {
    let columns = columns.map { $0.replacing("''", with: "\\'") }
    return """
      CREATE TABLE IF NOT EXISTS \(layout.table(name)) (
        \(columns.joined(separator: ",\n  "))
      )
      USING DELTA
      TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')
      """
  }
}
