/// A table that a pipeline keeps at its destination, as its last load or package has left it.
public struct HeldTable: Sendable, Hashable {
  /// The source's table, with the mark and the column numbers that came with it; columns of our own (`_cdc_…`) may follow.
  public var schema: TableSchema
  /// Of its last load, at least: the table has what commits before.
  public var position: LSN

  public init(schema: TableSchema, position: LSN) {
    self.schema = schema
    self.position = position
  }
}

/// Tables that must be loaded before changes can be applied to them: new ones, and those in which the source has changed rows
/// without a change in its log.
public struct UnsyncedTables: Error, Sendable, CustomStringConvertible {
  /// By table what has happened to it, as the end of a sentence: `it is new`.
  public var reasons: [TableName: String]

  public init(_ reasons: [TableName: String]) { self.reasons = reasons }

  public var description: String {
    reasons.sorted { $0.key < $1.key }.map { "Table \($0.key) has to be loaded: \($0.value)." }
      .joined(separator: " ")
  }
}
