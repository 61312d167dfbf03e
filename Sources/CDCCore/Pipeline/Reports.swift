/// What a full load did.
public struct LoadReport: Sendable {
  public var position: LSN
  public var tables: [Table]
  public var duration: Duration

  package init(position: LSN, tables: [Table], duration: Duration) {
    self.position = position
    self.tables = tables
    self.duration = duration
  }

  public struct Table: Sendable {
    public var name: TableName
    public var rows: Int
    /// Rows that its contract has sent to the quarantine, and values that it has made null.
    public var quarantinedRows = 0
    public var discardedValues = 0

    package init(name: TableName, rows: Int, quarantinedRows: Int = 0, discardedValues: Int = 0) {
      self.name = name
      self.rows = rows
      self.quarantinedRows = quarantinedRows
      self.discardedValues = discardedValues
    }
  }

  public var rows: Int { tables.reduce(0) { $0 + $1.rows } }

  var refusals: RefusalCounts {
    var counts = RefusalCounts()
    for table in tables {
      if table.quarantinedRows > 0 { counts.rows[table.name] = table.quarantinedRows }
      if table.discardedValues > 0 { counts.values[table.name] = table.discardedValues }
    }
    return counts
  }
}

/// What a run of change data capture did.
public struct CaptureReport: Sendable {
  /// How far the destination has come.
  public var position: LSN
  public var packages = 0
  /// By table; old-key halves of updates are not counted.
  public var changes: [TableName: Int] = [:]
  /// Tables that were loaded on the way, because changes alone could not bring them up.
  public var resynced: Set<TableName> = []
  /// By table, rows that contracts have sent to the quarantine.
  public var quarantinedRows: [TableName: Int] = [:]
  /// By table, values that contracts have made null.
  public var discardedValues: [TableName: Int] = [:]
  public var duration: Duration = .zero

  public var changeCount: Int { changes.values.reduce(0, +) }

  mutating func add(_ refusals: RefusalCounts) {
    quarantinedRows.merge(refusals.rows.filter { $0.value > 0 }, uniquingKeysWith: +)
    discardedValues.merge(refusals.values.filter { $0.value > 0 }, uniquingKeysWith: +)
  }
}
