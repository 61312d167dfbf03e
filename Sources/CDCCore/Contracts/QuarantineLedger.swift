internal import Synchronization

/// What the quarantine table at a destination tells of one pipeline.
struct QuarantineLedger: Sendable {
  /// By table the rows that are out: the values of their keys, as `JSONText.values` has them.
  private(set) var keys: [TableName: Set<String>] = [:]
  /// What was kept out so far.
  private(set) var counts = RefusalCounts()
  /// The number of the last entry.
  private(set) var last: Int64 = 0

  init() {}

  /// Empty where the destination cannot be read, or keeps no quarantine.
  static func read(_ destination: any Destination, pipeline: String) async throws -> QuarantineLedger {
    guard let readable = destination as? any ReadableDestination,
      try await readable.schema(of: .quarantine) != nil
    else { return QuarantineLedger() }
    let found = Mutex<[Line]>([])
    let columns = ["pipeline", "entry", "event", "table_schema", "table_name", "key", "value_count"]
    try await readable.read(.quarantine, columns: columns) { batch in
      let lines = (0..<batch.rowCount).compactMap { Line(batch, $0, pipeline: pipeline) }
      found.withLock { $0 += lines }
    }
    var ledger = QuarantineLedger()
    for line in found.withLock({ $0 }).sorted(by: { $0.number < $1.number }) { ledger.add(line) }
    return ledger
  }

  private mutating func add(_ line: Line) {
    last = line.number
    switch line.event {
    case .discardedValues: counts.values[line.table, default: 0] += line.count
    case .quarantined:
      counts.rows[line.table, default: 0] += 1
      if let key = line.key { keys[line.table, default: []].insert(key) }
    case .resolved:
      if let key = line.key { keys[line.table]?.remove(key) } else { keys[line.table] = nil }
      if keys[line.table]?.isEmpty ?? false { keys[line.table] = nil }
    }
  }

  private struct Line: Sendable {
    var number: Int64
    var event: QuarantineEntry.Event
    var table: TableName
    /// Its values.
    var key: String?
    var count: Int

    /// Nil for another pipeline's.
    init?(_ batch: RowBatch, _ row: Int, pipeline: String) {
      func text(_ column: Int) -> String? {
        guard case .bytes(let bytes) = batch.columns[column].value(at: row) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
      }
      func number(_ column: Int) -> Int64? {
        if case .integer(let number) = batch.columns[column].value(at: row) {
          Int64(clamping: number)
        } else {
          nil
        }
      }
      guard batch.columns.count == 7, text(0) == pipeline, let entry = number(1),
        let event = text(2).flatMap(QuarantineEntry.Event.init), let schema = text(3), let name = text(4)
      else { return nil }
      self.number = entry
      self.event = event
      table = TableName(schema: schema, name: name)
      key = text(5).map(JSONText.values)
      count = number(6).map { Int(clamping: $0) } ?? 0
    }
  }
}
