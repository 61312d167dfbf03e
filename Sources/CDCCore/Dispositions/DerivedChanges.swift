/// Changes made out of a batch's, for a disposition that keeps more than the source does: each comes from one of the
/// source's rows, carries its values or its key alone, and is followed by columns of our own.
struct DerivedChanges {
  let source: ChangeBatch
  /// By row made: the source's row that it comes from.
  private var picks: [Int32] = []
  private var operations: [Operation] = []
  private(set) var commitTimes: [Int64] = []
  private var oldKeyRows: [Int32: Int32] = [:]
  /// Rows made, ascending, that carry their key alone: every other value stays as it is.
  private(set) var keyOnly: [Int32] = []
  /// By source row: the row made that carries its values.
  private var carriers: [Int32: Int32] = [:]
  /// By source row: the row made that takes its key away.
  private var removals: [Int32: Int32] = [:]

  init(_ source: ChangeBatch) { self.source = source }

  var count: Int { picks.count }

  /// A row with the source row's values; under its own key, or where the source says so under another, stand those that
  /// it does not carry.
  @discardableResult
  mutating func put(_ row: Int, _ run: TransactionRun) -> Int32 {
    let made = append(row, source.operations[row], run)
    carriers[Int32(row)] = made
    if let removal = removals[source.oldKeyRows[Int32(row)] ?? Int32(row)] { oldKeyRows[made] = removal }
    return made
  }

  /// The row under the source row's key goes.
  mutating func remove(_ row: Int, _ run: TransactionRun) {
    removals[Int32(row)] = append(row, .deleteOldKey, run)
  }

  /// A row with the values that stood under the source row's key until now.
  @discardableResult
  mutating func keep(_ row: Int, _ run: TransactionRun) -> Int32 {
    let made = append(row, .update, run)
    keyOnly.append(made)
    if let removal = removals[Int32(row)] { oldKeyRows[made] = removal }
    return made
  }

  private mutating func append(_ row: Int, _ operation: Operation, _ run: TransactionRun) -> Int32 {
    picks.append(Int32(row))
    operations.append(operation)
    commitTimes.append(run.commitTime)
    return Int32(picks.count - 1)
  }

  /// - Parameters:
  ///   - added: the columns that the table has beyond the source's.
  ///   - kept: positions among these that a row which carries its key alone leaves as they are.
  func batch(_ table: TableSchema, _ added: [ColumnVector], kept: Set<Int> = []) -> ChangeBatch {
    let bare = Set(keyOnly)
    // Of what goes, the key says all: with its values a column would be twice as large, beyond what a vector holds.
    let valueless = bare.union(removals.values)
    let values = picks.enumerated().map { valueless.contains(Int32($0)) ? -1 : $1 }
    let isKey = source.table.columns.indices.map { source.table.key.contains($0) }
    let columns = source.rows.columns.enumerated().map { column, vector in
      vector.gather(isKey[column] ? picks : values)
    }
    let unchanged =
      isKey.indices.map { column -> [Int32] in
        let left = column < source.unchanged.count ? source.unchanged[column].compactMap { carriers[$0] } : []
        if isKey[column] { return left }
        return left.isEmpty ? keyOnly : (keyOnly + left).sorted()
      } + added.indices.map { kept.contains($0) ? keyOnly : [] }
    let partial = Set(unchanged.joined())
    return ChangeBatch(
      rows: RowBatch(table: table, rowCount: count, columns: columns + added), operations: operations,
      positions: picks.map { source.positions[Int($0)] },
      transactions: source.transactions.remapped(to: picks), unchanged: partial.isEmpty ? [] : unchanged,
      oldKeyRows: oldKeyRows.filter { partial.contains($0.key) })
  }
}

extension ChangeBatch {
  /// Each transaction with its rows, in order.
  func forEachTransaction(_ body: (TransactionRun, Range<Int>) -> Void) {
    for (index, run) in transactions.enumerated() {
      let end = index + 1 < transactions.count ? transactions[index + 1].firstRow : rowCount
      body(run, run.firstRow..<max(end, run.firstRow))
    }
  }
}

extension [TransactionRun] {
  /// The runs over rows picked from those that they were over.
  ///
  /// - Parameter rows: ascending; a row may be named more than once.
  func remapped(to rows: [Int32]) -> [TransactionRun] {
    var runs: [TransactionRun] = []
    var next = 0
    for (place, row) in rows.enumerated() {
      var current: TransactionRun?
      while next < count, self[next].firstRow <= Int(row) {
        current = self[next]
        next += 1
      }
      guard var run = current else { continue }
      run.firstRow = place
      runs.append(run)
    }
    return runs
  }
}
