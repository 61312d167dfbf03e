internal import Synchronization

/// Which rows are out of their tables, as the quarantine table at a destination tells.
enum QuarantineLedger {
  /// By table the values of the keys of a pipeline's rows that are out; empty where the destination cannot be read, or keeps no quarantine.
  static func openKeys(_ destination: any Destination, pipeline: String) async throws -> [TableName: Set<
    String
  >] {
    guard let readable = destination as? any ReadableDestination else { return [:] }
    return try await read(readable, pipeline: pipeline).keys.filter { !$0.value.isEmpty }
  }

  /// By table what was kept out so far, and the keys of the rows that are out.
  static func read(
    _ destination: any ReadableDestination, pipeline: String
  ) async throws -> (counts: RefusalCounts, keys: [TableName: Set<String>]) {
    guard try await destination.schema(of: .quarantine) != nil else { return (RefusalCounts(), [:]) }
    let found = Mutex<[Line]>([])
    let columns = [
      "pipeline", "event", "table_schema", "table_name", "key", "lsn", "_cdc_lsn", "value_count",
    ]
    try await destination.read(.quarantine, columns: columns) { batch in
      let lines = (0..<batch.rowCount).compactMap { Line(batch, $0, pipeline: pipeline) }
      found.withLock { $0 += lines }
    }
    var counts = RefusalCounts()
    var keys: [TableName: Set<String>] = [:]
    for line in found.withLock({ $0 }).sorted(by: Line.precedes) {
      switch line.event {
      case .discardedValues: counts.values[line.table, default: 0] += line.count
      case .quarantined:
        counts.rows[line.table, default: 0] += 1
        if let key = line.key { keys[line.table, default: []].insert(JSONText.values(of: key)) }
      case .resolved:
        if let key = line.key {
          keys[line.table]?.remove(JSONText.values(of: key))
        } else {
          keys[line.table] = nil
        }
      }
    }
    return (counts, keys)
  }

  private struct Line: Sendable {
    var table: TableName
    var key: String?
    var event: QuarantineEntry.Event
    var commit: UInt64
    var position: LSN
    var count: Int

    /// Nil for another pipeline's.
    init?(_ batch: RowBatch, _ row: Int, pipeline: String) {
      func text(_ column: Int) -> String? {
        guard case .bytes(let bytes) = batch.columns[column].value(at: row) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
      }
      guard batch.columns.count == 8, text(0) == pipeline,
        let event = text(1).flatMap(QuarantineEntry.Event.init),
        let schema = text(2), let name = text(3), let position = text(5).flatMap({ LSN($0) }),
        case .integer(let commit) = batch.columns[6].value(at: row)
      else { return nil }
      table = TableName(schema: schema, name: name)
      key = text(4)
      self.event = event
      count = 0
      if case .integer(let values) = batch.columns[7].value(at: row) { count = Int(clamping: values) }
      self.commit = UInt64(bitPattern: Int64(truncatingIfNeeded: commit))
      self.position = position
    }

    /// By commit, then by change; of a load first what clears the table.
    static func precedes(_ a: Line, _ b: Line) -> Bool {
      (a.commit, a.position.rawValue, a.event == .resolved ? 0 : 1)
        < (b.commit, b.position.rawValue, b.event == .resolved ? 0 : 1)
    }
  }
}
