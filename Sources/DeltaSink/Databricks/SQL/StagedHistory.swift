import CDCCore

/// Rows of a table that stay when a load brings others: always those of the version before the load, so that the statement
/// can be run again after it was run.
struct StagedHistory: Sendable, Hashable {
  /// Of the Delta table.
  var version: Int64
  /// By column of the load, the column of that version that its values come from; nil where older rows have none.
  var origins: [ColumnSchema?]
  /// Columns of that version that the source has dropped, and that stay.
  var former: [ColumnSchema] = []
  /// A row under whose key the load brings one goes.
  var unlessLoaded = false
  /// What columns get in rows where the first of them is null.
  var endings: [Ending] = []
  /// Of an appended table: where in the log the row stands that says that only those behind it count.
  var emptied: LSN?

  struct Ending: Sendable, Hashable {
    var column: String
    /// As SQL writes it.
    var literal: String
  }
}

extension StagedHistory.Ending {
  /// - Parameter type: the column's.
  init(_ ending: CarriedRows.Ending, _ type: ColumnType) {
    column = ending.column
    literal =
      switch (ending.value, type) {
      case (.boolean(let value), _): "\(value)"
      case (.integer(let value), .timestamp): "timestamp_micros(\(value))"
      case (.integer(let value), _): "CAST(\(Int64(truncatingIfNeeded: value)) AS \(type.sqlName))"
      default: "CAST(NULL AS \(type.sqlName))"
      }
  }
}
