import CDCCore

/// The changes of one table as they come out of the log: tuples are decoded straight into columns, beside them what
/// each change did and where it stood.
struct TableChanges {
  let layout: TableLayout
  /// For each field of the Relation the column that it goes to, −1 where it is left out.
  let targets: [Int]
  /// The fields of the Relation that make the key.
  private let keyFields: [Int]
  private(set) var rowCount = 0
  /// The columns of the row at hand whose values became null.
  private var nulled: [Int] = []
  private var columns: [ColumnBuilder]
  private var operations: [Operation] = []
  private var positions: [LSN] = []
  private var transactions: [TransactionRun] = []
  private var lastTransaction = -1
  /// By column; filled only where `hasUnchanged`.
  private var unchanged: [[Int32]]
  private var hasUnchanged = false
  private var oldKeyRows: [Int32: Int32] = [:]
  /// The fields of an update's old tuple.
  private var oldFields: [TupleValue] = []
  private var sizing = BatchSizing()
  private var refusals = Refusals()

  init(layout: TableLayout, targets: [Int]) {
    self.layout = layout
    self.targets = targets
    keyFields = layout.schema.key.compactMap { column in targets.firstIndex(of: column) }
    columns = layout.formats.map { ColumnBuilder($0) }
    unchanged = Array(repeating: [], count: columns.count)
  }

  /// What the builders take in memory, in bytes.
  var byteCount: Int {
    columns.reduce(0) { $0 + $1.byteCount } + rowCount * (MemoryLayout<LSN>.size + 1)
  }

  /// Whether its rows can be handed over only once their transaction is whole.
  ///
  /// - Throws: `UnsyncedTables` where that is too large to be held back.
  func waitsForCommit() throws -> Bool {
    guard layout.keysMayMeet else { return false }
    guard byteCount < 512 << 20 else {
      throw UnsyncedTables([
        layout.schema.name:
          "a transaction changes too many of its rows, whose keys may meet in it, to be followed"
      ])
    }
    return true
  }

  /// The transaction that the next rows belong to.
  @inline(__always)
  mutating func enter(_ transaction: ChangeTransaction) {
    if lastTransaction == transaction.number { return }
    lastTransaction = transaction.number
    var run = transaction.run
    run.firstRow = rowCount
    transactions.append(run)
  }

  @inline(__always)
  mutating func insert(_ message: RawSpan, _ tuple: Int, position: LSN) throws {
    try appendTuple(message, tuple, position: position, operation: .insert)
  }

  mutating func delete(_ message: RawSpan, _ tuple: Int, position: LSN) throws {
    try appendTuple(message, tuple, position: position, operation: .delete)
  }

  mutating func update(_ message: RawSpan, _ update: UpdateMessage, position: LSN) throws {
    oldFields.removeAll(keepingCapacity: true)
    var oldRow: Int32 = -1
    if update.old != nil {
      var offset = update.oldTuple
      for _ in 0..<(try message.readColumnCount(at: &offset)) {
        oldFields.append(try message.readTupleValue(at: &offset))
      }
      // Without a key only the whole old row says which one is changed.
      let isWhole = keyFields.isEmpty && update.old == .full
      if try isWhole || layout.isMergedByRow || layout.keysMayMeet || keyDiffers(message, update.newTuple) {
        oldRow = Int32(truncatingIfNeeded: rowCount)
        try appendTuple(message, update.oldTuple, position: position, operation: .deleteOldKey)
      }
    }
    try appendTuple(
      message, update.newTuple, position: position, operation: .update, oldRow: oldRow)
  }

  /// Compares the key's bytes: both tuples are sent in the same form.
  private func keyDiffers(_ message: RawSpan, _ newTuple: Int) throws -> Bool {
    guard !keyFields.isEmpty else { return false }
    var offset = newTuple
    let count = try message.readColumnCount(at: &offset)
    guard count == oldFields.count else { throw layout.malformed("its tuples differ in length") }
    for field in 0..<count {
      let new = try message.readTupleValue(at: &offset)
      guard keyFields.contains(field) else { continue }
      let old = oldFields[field]
      if new.kind == .unchanged { continue }
      guard new.kind == old.kind, new.count == old.count else { return true }
      for index in 0..<new.count
      where message.byte(new.start + index) != message.byte(old.start + index) { return true }
    }
    return false
  }

  @inline(__always)
  private mutating func appendTuple(
    _ message: RawSpan, _ tuple: Int, position: LSN, operation: Operation, oldRow: Int32 = -1
  ) throws {
    var offset = tuple
    let count = try message.readColumnCount(at: &offset)
    guard count == targets.count else {
      throw layout.malformed("it has \(count) columns", position: position)
    }
    var field = 0
    while field < count {
      var value = try message.readTupleValue(at: &offset)
      let column = targets[field]
      if column >= 0 {
        if value.kind == .unchanged {
          if operation == .insert { try requireWhole() }
          value = carried(value, field: field, by: operation)
        }
        if let error = Self.append(message, value, to: &columns[column]) {
          try meet(error, message, tuple, column: column, operation, position: position)
          columns[column].appendNull()
        } else if value.kind == .unchanged {
          noteUnchanged(column, oldRow: oldRow)
        }
      }
      field &+= 1
    }
    if !nulled.isEmpty { countNulled() }
    operations.append(operation)
    positions.append(position)
    rowCount &+= 1
  }

  /// A row that is kept out has no values that became null.
  @inline(never)
  private mutating func countNulled() {
    if refusals.rows.last.map({ Int($0.row) }) != rowCount {
      for column in nulled { refusals.discardedValues[layout.name(of: column), default: 0] += 1 }
    }
    nulled.removeAll(keepingCapacity: true)
  }

  /// An update that brings a row into the publication's filter comes as an insert, without the values out of line that it left as
  /// they were: nobody has sent them.
  private func requireWhole() throws {
    guard layout.needsWholeRows else { return }
    throw UnsyncedTables([
      layout.schema.name: "a row came into the publication's filter without values that lie out of line"
    ])
  }

  /// One value of the hot loop.
  @inline(__always)
  private static func append(
    _ message: RawSpan, _ value: TupleValue, to column: inout ColumnBuilder
  ) -> ValueError? {
    do throws(ValueError) {
      switch value.kind {
      case .binary: try column.append(binary: message.extracting(value.range))
      case .text: try column.append(text: message.extracting(value.range))
      case .null, .unchanged: column.appendNull()
      }
      return nil
    } catch { return error }
  }

  /// A value that its column cannot hold: the contract decides.
  @inline(never)
  private mutating func meet(
    _ error: ValueError, _ message: RawSpan, _ tuple: Int, column: Int, _ operation: Operation, position: LSN
  ) throws {
    switch layout.treatment(of: error, column: column, isOld: operation.removesRow) {
    case .stop:
      var row = row(message, tuple)
      throw layout.error(error, column: column, key: row.key?.text(), position: position)
    case .null:
      if !operation.removesRow { nulled.append(column) }
    case .refuse:
      if let last = refusals.rows.last, Int(last.row) == rowCount { return }
      var row = row(message, tuple)
      refusals.rows.append(
        RefusedRow(
          row: Int32(truncatingIfNeeded: rowCount), key: row.key?.json(),
          column: layout.name(of: column), reason: error.explanation, json: row.json.text))
    }
  }

  /// A row that cannot be taken: its key, and its values as texts.
  private func row(_ message: RawSpan, _ tuple: Int) -> (key: RowKey?, json: JSONText) {
    var key = RowKey(layout)
    var json = JSONText()
    var offset = tuple
    guard (try? message.readColumnCount(at: &offset)) == targets.count else { return (nil, json) }
    for (field, column) in targets.enumerated() {
      guard var value = try? message.readTupleValue(at: &offset) else { return (nil, json) }
      guard column >= 0 else { continue }
      if value.kind == .unchanged, field < oldFields.count {
        value = carried(value, field: field, by: .update)
      }
      switch value.kind {
      case .binary, .text:
        let bytes = message.extracting(value.range)
        layout.add(column, bytes, isText: value.kind == .text, to: &json)
        if key.needs(column) { key.take(column, bytes, isText: value.kind == .text) }
      case .null: layout.addNull(column, to: &json)
      case .unchanged: continue
      }
    }
    return (key, json)
  }

  /// An unchanged value as the old row has it: where REPLICA IDENTITY is FULL, or the value is part of the key.
  private func carried(_ value: TupleValue, field: Int, by operation: Operation) -> TupleValue {
    guard operation == .update, field < oldFields.count else { return value }
    switch oldFields[field].kind {
    case .binary, .text: return oldFields[field]
    case .null, .unchanged: return value
    }
  }

  private mutating func noteUnchanged(_ column: Int, oldRow: Int32) {
    let row = Int32(truncatingIfNeeded: rowCount)
    unchanged[column].append(row)
    hasUnchanged = true
    if oldRow >= 0 { oldKeyRows[row] = oldRow }
  }

  /// The changes so far; nil where there are none. Empty afterwards, ready for the next.
  mutating func takeBatch() -> ChangeBatch? {
    guard rowCount > 0 else { return nil }
    let rows = RowBatch(
      table: layout.schema, rowCount: rowCount,
      columns: layout.wanted(sizing.takeVectors(from: &columns, rows: min(rowCount, 4096))))
    var batch = ChangeBatch(
      rows: rows, operations: operations, positions: positions, transactions: transactions,
      unchanged: hasUnchanged ? unchanged : [], oldKeyRows: oldKeyRows)
    if !refusals.isEmpty {
      batch.refusals = refusals
      refusals = Refusals()
    }
    let capacity = rowCount
    operations = []
    positions = []
    transactions = []
    operations.reserveCapacity(capacity)
    positions.reserveCapacity(capacity)
    if hasUnchanged { unchanged = Array(repeating: [], count: columns.count) }
    hasUnchanged = false
    oldKeyRows = [:]
    lastTransaction = -1
    rowCount = 0
    return layout.keysMayMeet ? batch.settled : batch
  }
}

/// The transaction being read.
struct ChangeTransaction {
  /// Counts transactions, so that two are told apart at a glance.
  var number = 0
  var run = TransactionRun(firstRow: 0, commitLSN: .zero, commitTime: 0, xid: 0)
}
