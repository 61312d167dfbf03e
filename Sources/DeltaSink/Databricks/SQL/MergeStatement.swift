import CDCCore

/// One MERGE a table, whose replay changes nothing: the staged rows are final values by key, and a kept column takes the
/// value that the table has. Where the table has no such row, the statement fails: nobody has the value.
struct MergeStatement {
  let staged: StagedTable
  let layout: DatabricksLayout
  let `guard`: EpochGuard

  var text: String {
    """
    MERGE INTO \(layout.table(staged.target)) AS t
    USING (
    \(staged.source(`guard`))
    ) AS s
    ON \(condition)
    \(clauses.joined(separator: "\n"))
    """
  }

  /// Equality on the key lets Databricks join; literal bounds let it skip files before.
  private var condition: String {
    var terms: [String]
    if staged.action == .append {
      // A table of our own is all pipelines', whose positions are of several servers.
      let names = ["_cdc_lsn", "_cdc_sequence"] + (staged.table.name.isOwn ? ["pipeline"] : [])
      terms = names.map { equality($0) }
      // A full load's rows have the snapshot's position, which a transaction may have too.
      terms.append("t.`_cdc_op` <> 'r'")
    } else {
      terms = staged.table.keyColumns.map { equality($0.name) }
    }
    for bound in staged.bounds {
      terms.append("t.\(SQLText.name(bound.column)) >= \(bound.least)")
      terms.append("t.\(SQLText.name(bound.column)) <= \(bound.greatest)")
    }
    return terms.joined(separator: "\n  AND ")
  }

  private func equality(_ name: String) -> String {
    "t.\(SQLText.name(name)) = \(staged.place(of: name).map(staged.staged) ?? "NULL")"
  }

  private var clauses: [String] {
    switch staged.action {
    case .merge: (staged.hasDeletes ? [deletes] : []) + (staged.hasUpserts ? [updates, inserts] : [])
    case .append: [inserts]
    case .none, .overwrite: []
    }
  }

  private var deletes: String {
    staged.hasUpserts
      ? "WHEN MATCHED AND s.\(StagedTable.operation) = 'd' THEN DELETE" : "WHEN MATCHED THEN DELETE"
  }

  private var updates: String {
    var assignments: [String] = []
    let key = Set(staged.table.keyColumns.map { $0.name.lowercased() })
    for index in staged.livePlaces where !key.contains(staged.columns[index].name.lowercased()) {
      let name = SQLText.name(staged.columns[index].name)
      assignments.append("\(name) = \(value(index, name))")
    }
    assignments += staged.former.map { "\(SQLText.name($0)) = NULL" }
    if assignments.isEmpty {
      // A table of nothing but its key: the row is as it should be, and MERGE wants an assignment.
      assignments = staged.table.keyColumns.prefix(1).map {
        "\(SQLText.name($0.name)) = t.\(SQLText.name($0.name))"
      }
    }
    return "WHEN MATCHED THEN UPDATE SET\n  " + assignments.joined(separator: ",\n  ")
  }

  private func value(_ index: Int, _ name: String) -> String {
    kept(index, "t.\(name)")
  }

  /// The staged value, or `held` in rows that leave it to the table.
  private func kept(_ index: Int, _ held: String) -> String {
    guard staged.kept.contains(index) else { return staged.staged(index) }
    let (word, bit) = index.quotientAndRemainder(dividingBy: StagedTable.bitsPerMask)
    return "CASE WHEN getbit(s.\(StagedTable.mask(word)), \(bit)) = 1 THEN \(held) "
      + "ELSE \(staged.staged(index)) END"
  }

  /// How the error of a statement is known that is to keep the values of a row which the table does not have.
  static let lackingRow = "cdc: the table does not have a row whose unchanged values it is to keep"

  private func inserted(_ index: Int) -> String {
    staged.table.hasPast
      ? staged.staged(index) : kept(index, "raise_error(\(SQLText.string(Self.lackingRow)))")
  }

  private var inserts: String {
    let onlyUpserts = staged.hasDeletes ? " AND s.\(StagedTable.operation) <> 'd'" : ""
    let names = SQLText.names(staged.liveColumns.map(\.name))
    let values = staged.livePlaces.map { inserted($0) }
    return "WHEN NOT MATCHED\(onlyUpserts) THEN INSERT (\(names))\n"
      + "  VALUES (\(values.joined(separator: ", ")))"
  }
}
