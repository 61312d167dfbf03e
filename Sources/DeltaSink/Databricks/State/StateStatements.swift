import CDCCore

/// What is read from the state tables and written to them. Each can be run again: it then changes nothing more.
struct StateStatements {
  let layout: DatabricksLayout
  let pipeline: String

  private var state: String { layout.table(DatabricksLayout.state) }
  private var loads: String { layout.table(DatabricksLayout.loads) }
  private var schemas: String { layout.table(DatabricksLayout.schemas) }
  private var name: String { SQLText.string(pipeline) }

  /// Takes the pipeline: from now on statements of earlier epochs fail. Two runners at once conflict, and one is run again.
  func take(runner: String) -> String {
    """
    MERGE INTO \(state) AS t
    USING (SELECT \(name) AS `pipeline`) AS s
    ON t.`pipeline` = s.`pipeline`
    WHEN MATCHED THEN UPDATE SET `epoch` = t.`epoch` + 1, `runner` = \(SQLText.string(runner))
    WHEN NOT MATCHED THEN INSERT (`pipeline`, `epoch`, `runner`, `sequence`)
      VALUES (s.`pipeline`, 1, \(SQLText.string(runner)), 0)
    """
  }

  /// The pipeline's row, and the newest checkpoint that `_cdc_loads` has.
  var read: String {
    """
    SELECT `epoch`, `runner`, `sequence`, `kind`, `package_id`, CAST(`position` AS STRING) AS `position`,
      unix_micros(`commit_time`) AS `commit_time`, `row_count`,
      (SELECT max(`sequence`) FROM \(loads) WHERE `pipeline` = \(name)) AS `recorded`
    FROM \(state)
    WHERE `pipeline` = \(name)
    """
  }

  /// By table: its newest shape (no columns: the table is no longer followed), all shapes that it had, and its last load.
  var readTables: String {
    let loaded = "CASE WHEN `load_id` IS NOT NULL THEN `version` END"
    return """
      SELECT `schema_name`, `table_name`, max_by(`target`, `version`) AS `target`, max(`version`) AS `version`,
        max_by(`columns`, `version`) AS `columns`, max_by(`mark`, `version`) AS `mark`,
        max_by(`comment`, `version`) AS `comment`, to_json(collect_set(`columns`)) AS `all_columns`,
        max_by(`load_id`, \(loaded)) AS `load_id`,
        CAST(max_by(`position`, \(loaded)) AS STRING) AS `position`,
        max_by(`after_sequence`, \(loaded)) AS `after_sequence`
      FROM \(schemas)
      WHERE `pipeline` = \(name)
      GROUP BY `schema_name`, `table_name`
      """
  }

  /// The newest shape of a table, whichever pipeline wrote it.
  func readShape(of target: String) -> String {
    """
    SELECT max_by(`columns`, `recorded_at`) AS `columns`
    FROM \(schemas)
    WHERE `target` = \(SQLText.string(target)) AND `columns` IS NOT NULL
    """
  }

  /// Moves the checkpoint on, if nobody else has: by compare-and-set on epoch and sequence.
  func checkpoint(_ checkpoint: Checkpoint, epoch: Int64, after sequence: Int64) -> String {
    var text = """
      UPDATE \(state) SET
        `sequence` = \(sequence + 1),
        `kind` = \(SQLText.string(checkpoint.kind.rawValue)),
        `package_id` = \(SQLText.string(checkpoint.packageID)),
        `position` = \(SQLText.position(checkpoint.position.rawValue)),
        `commit_time` = timestamp_micros(\(checkpoint.commitTime)),
        `row_count` = \(checkpoint.rowCount),
        `updated_at` = current_timestamp()
      WHERE `pipeline` = \(name) AND `epoch` = \(epoch) AND `sequence` = \(sequence)
      """
    if checkpoint.kind == .cdc {
      // A full load may begin anew in a log that was cut off; changes only ever lead on.
      let position = SQLText.position(checkpoint.position.rawValue)
      text += " AND (`position` IS NULL OR `position` <= \(position))"
    }
    return text
  }

  /// Copies the checkpoint into the history.
  var recordLoad: String {
    let columns = [
      "pipeline", "sequence", "epoch", "kind", "package_id", "position", "commit_time", "row_count",
    ]
    return """
      MERGE INTO \(loads) AS t
      USING (
      SELECT \(SQLText.names(columns)), `updated_at` AS `committed_at`
      FROM \(state)
      WHERE `pipeline` = \(name) AND `kind` IS NOT NULL
      ) AS s
      ON t.`pipeline` = s.`pipeline` AND t.`sequence` = s.`sequence`
      WHEN NOT MATCHED THEN INSERT (\(SQLText.names(columns + ["committed_at"])))
        VALUES (\((columns + ["committed_at"]).map { "s.\(SQLText.name($0))" }.joined(separator: ", ")))
      """
  }

  func recordVersions(_ versions: [TableVersion], _ guard: EpochGuard) -> String {
    let columns = [
      "pipeline", "schema_name", "table_name", "target", "version", "position", "load_id", "after_sequence",
      "columns", "mark", "comment",
    ]
    func text(_ text: String?) -> String { text.map(SQLText.string) ?? "CAST(NULL AS STRING)" }
    let rows = versions.map { version in
      let values = [
        name, SQLText.string(version.table.schema), SQLText.string(version.table.name),
        SQLText.string(version.target), "CAST(\(version.number) AS BIGINT)",
        SQLText.position(version.position.rawValue),
        text(version.loadID), "CAST(\(version.afterSequence) AS BIGINT)", text(version.columns),
        text(version.mark), text(version.comment),
      ]
      return "  (\(values.joined(separator: ", ")))"
    }
    return """
      MERGE INTO \(schemas) AS t
      USING (
      SELECT * FROM VALUES
      \(rows.joined(separator: ",\n"))
      AS v(\(SQLText.names(columns)))
      WHERE \(`guard`.condition)
      ) AS s
      ON t.`pipeline` = s.`pipeline` AND t.`schema_name` = s.`schema_name`
        AND t.`table_name` = s.`table_name` AND t.`version` = s.`version`
      WHEN NOT MATCHED THEN INSERT (\(SQLText.names(columns + ["recorded_at"])))
        VALUES (\(columns.map { "s.\(SQLText.name($0))" }.joined(separator: ", ")), current_timestamp())
      """
  }
}

/// A shape that a table has from a position on; with a `loadID`, the load that gave it its rows.
struct TableVersion: Sendable, Hashable {
  var table: TableName
  var target: String
  var number: Int64
  var position: LSN
  var loadID: String?
  var afterSequence: Int64
  /// As `TableSchema.schemaLogText` writes them; nil: the table is no longer followed.
  var columns: String?
  /// What the source knows the table by.
  var mark: String?
  var comment: String?
}
