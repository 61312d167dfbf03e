/// The table `_cdc_quarantine`: an appended table like any other, so that every destination has it.
extension TableName {
  /// Rows that their tables' contracts keep out, of all pipelines of a destination.
  public static let quarantine = TableName(schema: "", name: "_cdc_quarantine")
}

/// One line of the quarantine.
struct QuarantineEntry: Sendable, Hashable {
  enum Event: String, Sendable {
    /// A row is kept out.
    case quarantined
    /// The row under the key is held, or gone; without a key: no row of the table from before is kept out any more.
    case resolved
    /// Values of a column became null.
    case discardedValues = "discarded_values"
  }

  /// What the source did.
  enum Cause: String, Sendable { case insert, update, delete, truncate, load }

  var event: Event
  var table: TableName
  var key: String?
  /// Of the change's own record; of a load the snapshot's.
  var position: LSN
  var operation: Cause?
  var column: String?
  var reason: String?
  var row: String?
  /// Of `discardedValues`: how many.
  var count: Int?
  var transaction: TransactionRun
}

extension TableSchema {
  static let quarantine = TableSchema(
    name: .quarantine,
    columns: [
      ColumnSchema(name: "pipeline", type: .string),
      ColumnSchema(name: "entry", type: .long, comment: "counts the pipeline's entries, in their order"),
      ColumnSchema(
        name: "event", type: .string,
        comment:
          "quarantined; resolved: the key's row is held again or gone (no key: all of the table); discarded_values"
      ),
      ColumnSchema(name: "table_schema", type: .string), ColumnSchema(name: "table_name", type: .string),
      ColumnSchema(name: "key", type: .string, comment: "JSON"),
      ColumnSchema(name: "lsn", type: .string, comment: "of the change itself; of a load the snapshot's"),
      ColumnSchema(name: "operation", type: .string, comment: "insert, update, delete, truncate or load"),
      ColumnSchema(name: "column_name", type: .string),
      ColumnSchema(name: "reason", type: .string, comment: "why the column cannot hold the value"),
      ColumnSchema(
        name: "row", type: .string, comment: "JSON: the values as PostgreSQL prints them, masked ones masked"),
      ColumnSchema(name: "value_count", type: .long, comment: "of discarded_values: how many became null"),
    ])
}

extension [QuarantineEntry] {
  /// As changes of the quarantine table, in the order given: that of their commits.
  ///
  /// - Parameter number: of the entry before.
  func batch(pipeline: String, after number: Int64) -> ChangeBatch {
    let columns = [
      strings { _ in pipeline },
      ColumnVector(count: count, values: .int64(indices.map { number + 1 + Int64($0) })),
      strings { $0.event.rawValue }, strings { $0.table.schema },
      strings { $0.table.name }, strings(\.key), strings { $0.position.description },
      strings { $0.operation?.rawValue }, strings(\.column), strings(\.reason), strings(\.row),
      ColumnVector(
        count: count, validity: validity { $0.count == nil },
        values: .int64(map { Int64($0.count ?? 0) })),
    ]
    var transactions: [TransactionRun] = []
    for (row, entry) in enumerated() where transactions.last?.commitLSN != entry.transaction.commitLSN {
      var run = entry.transaction
      run.firstRow = row
      transactions.append(run)
    }
    return ChangeBatch(
      rows: RowBatch(table: .quarantine, rowCount: count, columns: columns),
      operations: [Operation](repeating: .insert, count: count), positions: map(\.position),
      transactions: transactions)
  }

  private func strings(_ text: (QuarantineEntry) -> String?) -> ColumnVector {
    var strings = ByteStrings()
    for entry in self { strings.append((text(entry) ?? "").utf8) }
    return ColumnVector(count: count, validity: validity { text($0) == nil }, values: .bytes(strings))
  }

  private func validity(_ isNull: (QuarantineEntry) -> Bool) -> Validity {
    Validity(count: count, nullRows: (0..<Int32(count)).filter { isNull(self[Int($0)]) })
  }
}
