import CDCCore

/// A table of accounts, and changes spread evenly over all of it.
struct Accounts {
  let rows: Int

  let table = TableSchema(
    name: TableName(schema: "public", name: "accounts"),
    columns: [
      ColumnSchema(name: "id", type: .long, isNullable: false),
      ColumnSchema(name: "customer", type: .int),
      ColumnSchema(name: "balance", type: .decimal(precision: 15, scale: 2)),
      ColumnSchema(name: "status", type: .string),
      ColumnSchema(name: "opened", type: .date),
      ColumnSchema(name: "updated", type: .timestamp),
      ColumnSchema(name: "score", type: .double),
      ColumnSchema(name: "note", type: .string),
    ], key: [0])

  /// The rows of these ids. `round` tells the values of one writing from those of another.
  func batch(ids: [Int64], round: Int64) -> RowBatch {
    var status = ByteStrings()
    var note = ByteStrings()
    for id in ids {
      status.append(["open", "closed", "frozen"][Int((id + round) % 3)].utf8)
      note.append("note \(mixed(id, round) % 1_000_000) of account".utf8)
    }
    let columns: [ColumnVector.Values] = [
      .int64(ids), .int32(ids.map { Int32(mixed($0, 0) % 150_000) }),
      .int64(ids.map { mixed($0, round) % 10_000_000 }), .bytes(status),
      .int32(ids.map { Int32(10_000 + mixed($0, 0) % 8_000) }),
      .int64(ids.map { 1_700_000_000_000_000 + $0 * 1000 + round }),
      .double(ids.map { Double(mixed($0, round) % 1000) / 10 }), .bytes(note),
    ]
    return RowBatch(
      table: table, rowCount: ids.count, columns: columns.map { ColumnVector(count: ids.count, values: $0) })
  }

  /// Updates of rows spread evenly over the table, in no order.
  func updates(_ changes: Int) -> ChangeBatch {
    let stride = Int64(rows / changes)
    let ids = (0..<Int64(changes)).map { $0 * stride + mixed($0, 7) % stride }.shuffled()
    return ChangeBatch(
      rows: batch(ids: ids, round: 1), operations: Array(repeating: .update, count: changes),
      positions: Array(repeating: LSN(2000), count: changes),
      transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(2000), commitTime: 0, xid: 1)])
  }

  /// The ids of a run of rows: ascending, or scattered over the whole table (a multiplier coprime to any `rows` of
  /// digits and zeros), so that no file, page or neighbour tells where a key lies.
  func ids(_ range: Range<Int>, isShuffled: Bool) -> [Int64] {
    range.map { Int64(isShuffled ? $0 &* 7_368_787 % rows : $0) }
  }

  /// SplitMix64's finaliser: values that look like chance, the same every time.
  private func mixed(_ id: Int64, _ round: Int64) -> Int64 {
    var bits = UInt64(bitPattern: id &* 31 &+ round) &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Int64((bits ^ bits >> 31) >> 1)
  }
}
