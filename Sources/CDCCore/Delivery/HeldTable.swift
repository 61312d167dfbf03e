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

extension UnsyncedTables {
  /// A change is of a row that the table does not have, and the log does not carry all of its values: its origin is passed
  /// over, or another hand has taken the row from the copy. Nobody has the rest.
  package init(lackingRowOf table: TableName) {
    self.init([table: "a row was changed that had not been copied, and not all its values came with it"])
  }
}

extension TableSchema {
  /// Whether the table has more than the source's rows (`soft_delete`, `scd2`). A change of a row that it does not have may be the
  /// end of that, and each would ask for a load of the whole table: values that nobody has are null there.
  package var hasPast: Bool { columns.contains { $0.name.hasPrefix("_cdc_") } }
}
