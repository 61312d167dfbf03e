/// What a table's contract has kept out of its rows: rows for the quarantine, and values that became null.
public struct Refusals: Sendable, Hashable {
  /// By ascending `row`.
  public var rows: [RefusedRow] = []
  /// By column, how many values became null.
  public var discardedValues: [String: Int] = [:]

  public init() {}

  public var isEmpty: Bool { rows.isEmpty && discardedValues.isEmpty }
}

/// A row that its table cannot hold.
public struct RefusedRow: Sendable, Hashable {
  /// In a batch of changes the change that is refused; its values are not to be used, but for the key where there is one.
  /// Nothing in a snapshot, whose batches leave such rows out.
  public var row: Int32
  /// The key's columns as a JSON object; nil where the table has no key, or it is the key that cannot be held.
  public var key: String?
  /// The column whose value cannot be held.
  public var column: String
  /// Completes the sentence "the value …".
  public var reason: String
  /// The row as a JSON object, each value as the source prints it and masked where the column is. Values that the log did not
  /// carry are left out.
  public var json: String

  public init(row: Int32 = 0, key: String?, column: String, reason: String, json: String) {
    self.row = row
    self.key = key
    self.column = column
    self.reason = reason
    self.json = json
  }

  /// What it takes in memory, in bytes.
  public var byteCount: Int { (key?.utf8.count ?? 0) + json.utf8.count + 100 }
}
