/// What a full load did.
public struct LoadReport: Sendable {
  public var position: LSN
  public var tables: [Table]
  public var duration: Duration

  public struct Table: Sendable {
    public var name: TableName
    public var rows: Int
  }

  public var rows: Int { tables.reduce(0) { $0 + $1.rows } }
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
  public var duration: Duration = .zero

  public var changeCount: Int { changes.values.reduce(0, +) }
}
