/// What can go wrong in the run loop: what happened, where, and what the user may do about it.
public struct CDCError: Error, Sendable, CustomStringConvertible {
  /// Extensible: match with `==`, never exhaustively.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// The settings cannot work as they are.
    public static let configuration = Code("configuration")
    /// No full load has finished yet, so there is nothing to keep equal.
    public static let noCheckpoint = Code("no_checkpoint")
    /// The source no longer holds the log from our position on (its slot is gone or invalidated).
    public static let positionLost = Code("position_lost")
    /// A table was altered or truncated while its snapshot was taken: the load begins again.
    public static let snapshotOutdated = Code("snapshot_outdated")
    /// A value does not fit the column's type and the contract is `freeze`.
    public static let valueOutOfRange = Code("value_out_of_range")
    /// The table's new shape is refused by its contract.
    public static let schemaContract = Code("schema_contract")
    /// The destination has moved on without us: another runner holds the pipeline.
    public static let fenced = Code("fenced")
    /// A source or destination broke its protocol.
    public static let protocolViolation = Code("protocol_violation")
  }

  public var code: Code
  /// A whole sentence that says what to do; no row values, no secrets. (The key of a row that stops the run is in `key`.)
  public var message: String
  public var table: TableName?
  public var column: String?
  /// Of the row that a value is in: `id 7`.
  public var key: String?
  public var position: LSN?
  public var isRetryable: Bool
  public var underlying: (any Error)?

  public init(
    _ code: Code, _ message: String, table: TableName? = nil, column: String? = nil,
    key: String? = nil, position: LSN? = nil, isRetryable: Bool = false, underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.table = table
    self.column = column
    self.key = key
    self.position = position
    self.isRetryable = isRetryable
    self.underlying = underlying
  }

  public var description: String {
    let place = [
      table.map { "table \($0)" }, column.map { "column \($0)" }, key.map { "key \($0)" },
      position.map { "LSN \($0)" },
    ].compactMap(\.self).joined(separator: ", ")
    return message + (place.isEmpty ? "" : " (\(place))") + (underlying.map { "\n  cause: \($0)" } ?? "")
  }
}
