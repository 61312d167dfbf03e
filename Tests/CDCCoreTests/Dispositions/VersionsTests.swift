import Testing

@testable import CDCCore

@Suite struct VersionsTests {
  /// Else a column of an scd2 table would be twice as large as what came, and may be too large for a vector.
  @Test func ofARowThatGoesOnlyTheKeyIsCarried() {
    let table = TableSchema(
      name: TableName(schema: "public", name: "t"),
      columns: [ColumnSchema(name: "id", type: .int), ColumnSchema(name: "v", type: .string)], key: [0])
    let text = Array(repeating: UInt8(ascii: "x"), count: 1000)
    var values = ByteStrings()
    for _ in 0..<3 { values.append(text) }
    let changes = ChangeBatch(
      rows: RowBatch(
        table: table, rowCount: 3,
        columns: [
          ColumnVector(count: 3, values: .int32([1, 2, 3])), ColumnVector(count: 3, values: .bytes(values)),
        ]), operations: [.update, .update, .update], positions: [LSN(1), LSN(2), LSN(3)],
      transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(9), commitTime: 0, xid: 1)])
    let versions = changes.versions
    #expect(versions.rowCount == 9)
    guard case .bytes(let carried) = versions.rows.columns[1].values else {
      Issue.record("not a column of texts")
      return
    }
    #expect(carried.bytes.count == 3000)
    #expect((0..<9).filter { versions.rows.columns[1].isNull($0) }.count == 6)
  }
}
