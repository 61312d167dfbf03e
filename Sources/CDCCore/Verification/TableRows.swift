/// The rows that a destination's table stands for. A merged table holds them as they are; an appended one holds the
/// changes that lead to them, which are played back here.
struct TableRows: Sendable {
  /// Rows to be counted, with weight 1, or −1 for one that takes an earlier one back.
  typealias Sink = @Sendable (RowBatch, _ weight: Int) async throws -> Void

  private let destination: any ReadableDestination
  private let table: TableName
  private let alignment: ColumnAlignment
  private let log: ChangeLogColumns?
  /// Keys whose last change is held in memory at once.
  private let heldKeys: Int

  init(
    _ destination: any ReadableDestination, _ schema: TableSchema, _ alignment: ColumnAlignment, heldKeys: Int
  ) {
    self.destination = destination
    table = schema.name
    self.alignment = alignment
    log = ChangeLogColumns(schema)
    self.heldKeys = max(heldKeys, 1)
  }

  func read(_ sink: @escaping Sink) async throws {
    guard let log else {
      return try await destination.read(table, columns: nil) { try await sink($0, 1) }
    }
    if alignment.hasKey {
      try await replay(log, sink)
    } else {
      try await settle(log, sink)
    }
  }

  /// Without a key a delete takes back a row that is equal in every column.
  private func settle(_ log: ChangeLogColumns, _ sink: @escaping Sink) async throws {
    try await destination.read(table, columns: nil) { batch in
      let (kept, removed) = log.split(batch)
      if !kept.isEmpty { try await sink(batch.gather(kept), 1) }
      if !removed.isEmpty { try await sink(batch.gather(removed), -1) }
    }
  }

  /// With a key its last change counts. The keys are taken in as many rounds as memory asks for.
  private func replay(_ log: ChangeLogColumns, _ sink: @escaping Sink) async throws {
    let total = Counter()
    try await destination.read(table, columns: nil) { await total.add($0.rowCount) }
    let rounds = await total.value / heldKeys + 1
    for round in 0..<rounds {
      let last = LastChanges()
      let alignment = alignment
      @Sendable func isDue(_ key: KeyHash) -> Bool { Int(key.low % UInt64(rounds)) == round }
      try await destination.read(table, columns: nil) { batch in
        let keys = RowFingerprints(batch, alignment, side: .destination).keys
        let orders = log.orders(batch)
        await last.note(zip(keys, orders).filter { isDue($0.0) })
      }
      try await destination.read(table, columns: nil) { batch in
        let keys = RowFingerprints(batch, alignment, side: .destination).keys
        let orders = log.orders(batch)
        let kept = Set(log.split(batch).kept)
        let due = batch.rowIndices.filter { isDue(keys[Int($0)]) && kept.contains($0) }
        let rows = await last.current(due.map { ($0, keys[Int($0)], orders[Int($0)]) })
        if !rows.isEmpty { try await sink(batch.gather(rows), 1) }
      }
    }
  }
}

/// Where an appended table keeps what happened to each row, and when.
struct ChangeLogColumns: Sendable {
  struct Order: Sendable, Hashable, Comparable {
    var position: UInt64
    var sequence: Int128

    static func < (a: Order, b: Order) -> Bool { (a.position, a.sequence) < (b.position, b.sequence) }
  }

  private let operation: Int
  private let position: Int
  private let sequence: Int?

  /// Nil where the table is none that changes are appended to.
  init?(_ schema: TableSchema) {
    func place(_ name: String) -> Int? { schema.columns.firstIndex { $0.name == name } }
    guard let operation = place("_cdc_op"), let position = place("_cdc_lsn") else { return nil }
    self.operation = operation
    self.position = position
    sequence = place("_cdc_sequence")
  }

  /// Rows that are there after their change, and rows that are gone.
  func split(_ batch: RowBatch) -> (kept: [Int32], removed: [Int32]) {
    var (kept, removed): ([Int32], [Int32]) = ([], [])
    for row in batch.rowIndices {
      if batch.columns[operation].value(at: Int(row)) == Self.delete {
        removed.append(row)
      } else {
        kept.append(row)
      }
    }
    return (kept, removed)
  }

  func orders(_ batch: RowBatch) -> [Order] {
    batch.rowIndices.map { row in
      Order(
        position: Self.position(batch.columns[position].value(at: Int(row))),
        sequence: sequence.map { Self.number(batch.columns[$0].value(at: Int(row))) } ?? 0)
    }
  }

  private static let delete = Value.bytes(Array(Operation.delete.code.utf8))

  /// As text, `16/B374D848`, or as a number.
  private static func position(_ value: Value) -> UInt64 {
    if case .bytes(let bytes) = value { return LSN(String(decoding: bytes, as: UTF8.self))?.rawValue ?? 0 }
    return UInt64(clamping: number(value))
  }

  private static func number(_ value: Value) -> Int128 {
    if case .integer(let number) = value { return number }
    return 0
  }
}

extension RowBatch {
  var rowIndices: Range<Int32> { 0..<Int32(rowCount) }
}

private actor Counter {
  private(set) var value = 0
  func add(_ count: Int) { value += count }
}

private actor LastChanges {
  private var last: [KeyHash: ChangeLogColumns.Order] = [:]

  func note(_ changes: [(KeyHash, ChangeLogColumns.Order)]) {
    for (key, order) in changes where last[key].map({ $0 < order }) ?? true { last[key] = order }
  }

  func current(_ rows: [(Int32, KeyHash, ChangeLogColumns.Order)]) -> [Int32] {
    rows.filter { last[$0.1] == $0.2 }.map(\.0)
  }
}
