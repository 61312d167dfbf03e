/// One walk over a batch of changes: each row is kept, kept as another operation, or left out.
struct QuarantinePass {
  private let batch: ChangeBatch
  private let disposition: WriteDisposition
  private let refused: [Int32: RefusedRow]
  /// Whose rows are out: the values of their keys.
  private(set) var keys: Set<String>
  private(set) var entries: [QuarantineEntry] = []
  private var picks: [Int32] = []
  private var operations: [Operation] = []
  private let partial: Set<Int32>
  private let start: LSN
  private var run = TransactionRun(firstRow: 0, commitLSN: .zero, commitTime: 0, xid: 0)

  /// - Parameter start: the table has what commits before.
  init(_ batch: ChangeBatch, _ disposition: WriteDisposition, keys: Set<String>, from start: LSN) {
    self.start = start
    self.batch = batch
    self.disposition = disposition
    self.keys = keys
    refused = Dictionary(batch.refusals.rows.map { ($0.row, $0) }) { first, _ in first }
    partial = Set(batch.unchanged.joined())
  }

  mutating func walk() throws {
    for (index, run) in batch.transactions.enumerated() {
      let end = index + 1 < batch.transactions.count ? batch.transactions[index + 1].firstRow : batch.rowCount
      if run.commitLSN < start { continue }
      self.run = run
      for row in run.firstRow..<max(end, run.firstRow) {
        if batch.table.hasKey { try take(row) } else { takeKeyless(row) }
      }
    }
    noteValues()
  }

  /// Without a key nobody knows which row a later change is about: each is for itself.
  private mutating func takeKeyless(_ row: Int) {
    if let refusal = refused[Int32(row)] {
      // Where it is merged, a row that goes was out, and is no more: what it equals was out too.
      if disposition == .merge && batch.operations[row].removesRow {
        note(.resolved, row, key: nil, refusal)
      } else if batch.operations[row] != .deleteOldKey {
        note(.quarantined, row, key: nil, refusal)
      }
      // Of an update that takes a row away and puts another: that one alone is left.
      if isMoved(row), last?.row == Int32(row - 1) { operations[operations.count - 1] = .delete }
      return
    }
    keep(row, isMoved(row) && last?.row != Int32(row - 1) ? .insert : batch.operations[row])
  }

  private mutating func take(_ row: Int) throws {
    switch batch.operations[row] {
    case .insert, .update:
      if let refusal = refused[Int32(row)] { refuse(row, refusal) } else { try put(row) }
    case .delete, .deleteOldKey: remove(row)
    }
  }

  private var last: (row: Int32, operation: Operation)? {
    picks.last.flatMap { pick in operations.last.map { (pick, $0) } }
  }

  /// Whether the change is an update whose other half, which takes the row from under its old key, is row − 1.
  private func isMoved(_ row: Int) -> Bool { row > 0 && batch.operations[row - 1] == .deleteOldKey }

  private mutating func refuse(_ row: Int, _ refusal: RefusedRow) {
    let isInsert = batch.operations[row] == .insert
    // Such a table follows no updates: what it has stays, and what it has not does not come.
    if disposition == .insertOnly, !isInsert { return }
    note(.quarantined, row, key: refusal.key, refusal)
    if isMoved(row) {
      // There is no other half any more: the row goes.
      if let last, last.row == Int32(row - 1), last.operation == .deleteOldKey {
        operations[operations.count - 1] = .delete
      }
    } else if !isInsert, let key = refusal.key, !keys.contains(JSONText.values(of: key)) {
      keep(row, .delete)
    }
    if let key = refusal.key { keys.insert(JSONText.values(of: key)) }
  }

  private mutating func put(_ row: Int) throws {
    let key = keys.isEmpty ? nil : batch.rows.keyText(row)
    let wasOut = key.map { keys.contains(JSONText.values(of: $0)) } ?? false
    let lostItsHalf = isMoved(row) && last?.row != Int32(row - 1)
    guard wasOut || lostItsHalf else { return keep(row, batch.operations[row]) }
    if partial.contains(Int32(row)), disposition != .append {
      throw UnsyncedTables([
        batch.table.name:
          "a row that was in quarantine can be held again, but the log does not carry all of its values"
      ])
    }
    if wasOut, let key {
      keys.remove(JSONText.values(of: key))
      note(.resolved, row, key: key, nil)
    }
    keep(row, disposition == .append ? batch.operations[row] : .insert)
  }

  private mutating func remove(_ row: Int) {
    // A key that cannot be held is that of a row which is not there.
    if refused[Int32(row)] != nil { return }
    if let key = keys.isEmpty ? nil : batch.rows.keyText(row),
      keys.remove(JSONText.values(of: key)) != nil
    {
      return note(.resolved, row, key: key, nil)
    }
    keep(row, batch.operations[row])
  }

  private mutating func keep(_ row: Int, _ operation: Operation) {
    picks.append(Int32(row))
    operations.append(operation)
  }

  // MARK: What goes to the quarantine

  private mutating func note(
    _ event: QuarantineEntry.Event, _ row: Int, key: String?, _ refusal: RefusedRow?
  ) {
    entries.append(
      QuarantineEntry(
        event: event, table: batch.table.name, key: key, position: batch.positions[row],
        operation: batch.operations[row].cause, column: refusal?.column, reason: refusal?.reason,
        row: refusal?.json, transaction: run))
  }

  private mutating func noteValues() {
    // All of the batch was seen to before.
    if run.commitLSN < start { return }
    for (column, count) in batch.refusals.discardedValues.sorted(by: { $0.key < $1.key }) {
      entries.append(
        QuarantineEntry(
          event: .discardedValues, table: batch.table.name, position: batch.positions.last ?? .zero,
          column: column, count: count, transaction: run))
    }
  }

  // MARK: What is left

  var kept: ChangeBatch? {
    guard !picks.isEmpty || batch.rowCount == 0 else { return nil }
    // A delete made of an update carries its key alone.
    let bare = Set(
      zip(picks, operations).filter { $1 == .delete && batch.operations[Int($0)] != .delete }.map(\.0))
    let values = picks.map { bare.contains($0) && batch.operations[Int($0)] != .deleteOldKey ? -1 : $0 }
    let columns = batch.rows.columns.enumerated().map { column, vector in
      vector.gather(batch.table.key.contains(column) || !batch.table.hasKey ? picks : values)
    }
    var places: [Int32: Int32] = [:]
    for (place, pick) in picks.enumerated() { places[pick] = Int32(place) }
    let inserted = Set(zip(picks, operations).filter { $1 == .insert }.map(\.0))
    var oldKeyRows: [Int32: Int32] = [:]
    for (row, old) in batch.oldKeyRows where !inserted.contains(row) {
      if let place = places[row], let oldPlace = places[old] { oldKeyRows[place] = oldPlace }
    }
    return ChangeBatch(
      rows: RowBatch(table: batch.table, rowCount: picks.count, columns: columns), operations: operations,
      positions: picks.map { batch.positions[Int($0)] },
      transactions: batch.transactions.remapped(to: picks),
      unchanged: batch.unchanged.map { rows in rows.filter { !bare.contains($0) }.compactMap { places[$0] } },
      oldKeyRows: oldKeyRows)
  }
}

extension Operation {
  fileprivate var cause: QuarantineEntry.Cause {
    switch self {
    case .insert: .insert
    case .update, .deleteOldKey: .update
    case .delete: .delete
    }
  }
}
