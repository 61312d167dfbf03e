/// What contracts have kept out of a pipeline's tables so far, as the quarantine table at its destination tells.
public struct ContractReport: Sendable, Hashable {
  public struct Table: Sendable, Hashable {
    public var name: TableName
    /// Rows of the source that its copy does not hold now, as far as their keys tell: of a table without key, or that is no
    /// longer copied, always 0.
    public var rowsOut: Int
    /// Rows that went to the quarantine so far; one counts each time that it is written anew.
    public var quarantinedRows: Int
    /// Values that became null so far.
    public var discardedValues: Int
  }

  /// Those of which anything was kept out, by name.
  public var tables: [Table]

  /// Reads the quarantine; nothing is changed, and the destination need not be open.
  public init(_ destination: any ReadableDestination, pipeline: String) async throws {
    let ledger = try await QuarantineLedger.read(destination, pipeline: pipeline)
    let (counts, keys) = (ledger.counts, ledger.keys)
    tables = Set(counts.rows.keys).union(counts.values.keys).sorted().map { name in
      Table(
        name: name, rowsOut: keys[name]?.count ?? 0, quarantinedRows: counts.rows[name] ?? 0,
        discardedValues: counts.values[name] ?? 0)
    }
  }
}
