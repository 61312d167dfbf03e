/// What a table has gone through since a destination took it over.
public struct TableDifference: Sendable, Hashable {
  /// Each as the end of a sentence.
  public var changes: [String] = []
  /// Why the next capture would load the table first, as the end of a sentence; nil where it can be followed.
  public var reloadReason: String?

  public init(changes: [String] = [], reloadReason: String? = nil) {
    self.changes = changes
    self.reloadReason = reloadReason
  }
}
