import CDCCore

/// The rows of `_cdc_messages`: what `pg_logical_emit_message` wrote, one row a message.
///
/// A transactional message commits with its transaction. Any other stands in the log by itself: it counts as committed at its
/// own position, the last byte of its record, which no commit record shares and which lies behind every position at which
/// the message was still to come.
struct MessageRows {
  static let table = TableSchema(
    name: .messages,
    columns: [
      ColumnSchema(name: "pipeline", type: .string, isNullable: false),
      ColumnSchema(
        name: "lsn", type: .long, isNullable: false, comment: "where the message's record ends in the log"),
      ColumnSchema(
        name: "transactional", type: .boolean, isNullable: false,
        comment: "false: written whatever became of its transaction, which is not known then"),
      ColumnSchema(name: "prefix", type: .string, isNullable: false),
      ColumnSchema(name: "content", type: .binary, isNullable: false),
      ColumnSchema(name: "text", type: .string, comment: "the content, where it is UTF-8"),
    ], comment: "Logical messages of the source, as pg_logical_emit_message wrote them")

  private let pipeline: String
  /// Prefixes to take; `*` stands for any characters.
  private let patterns: [String]
  private(set) var rowCount = 0
  private var names = ByteStrings()
  private var lsns: [Int64] = []
  private var flags: [Bool] = []
  private var prefixes = ByteStrings()
  private var contents = ByteStrings()
  private var texts = ByteStrings()
  private var notText: [Int32] = []
  private var positions: [LSN] = []
  private var transactions: [TransactionRun] = []
  private var lastTransaction = -1

  init(pipeline: String, patterns: [String]) {
    self.pipeline = pipeline
    self.patterns = patterns
  }

  func takes(_ message: LogicalMessage) -> Bool {
    patterns.contains { Resource.fits(Array(message.prefix.utf8)[...], Array($0.utf8)[...]) }
  }

  /// Offsets into a column have 31 bits.
  func hasRoom(for count: Int) -> Bool {
    contents.bytes.count + count <= Int(Int32.max) && prefixes.bytes.count + names.bytes.count < 1 << 30
  }

  mutating func append(_ message: LogicalMessage, content: [UInt8], in transaction: ChangeTransaction) {
    if lastTransaction != transaction.number {
      lastTransaction = transaction.number
      var run = transaction.run
      run.firstRow = rowCount
      transactions.append(run)
    }
    names.append(pipeline.utf8)
    lsns.append(Int64(bitPattern: message.lsn.rawValue))
    flags.append(message.isTransactional)
    prefixes.append(message.prefix.utf8)
    contents.append(content)
    if String(validating: content, as: UTF8.self) != nil {
      texts.append(content)
    } else {
      texts.append([])
      notText.append(Int32(truncatingIfNeeded: rowCount))
    }
    positions.append(LSN(message.lsn.rawValue))
    rowCount += 1
  }

  /// Nil where there are none; empty afterwards.
  mutating func takeBatch() -> ChangeBatch? {
    guard rowCount > 0 else { return nil }
    let count = rowCount
    let columns = [
      ColumnVector(count: count, values: .bytes(names)), ColumnVector(count: count, values: .int64(lsns)),
      ColumnVector(count: count, values: .boolean(flags)),
      ColumnVector(count: count, values: .bytes(prefixes)),
      ColumnVector(count: count, values: .bytes(contents)),
      ColumnVector(
        count: count, validity: Validity(count: count, nullRows: notText), values: .bytes(texts)),
    ]
    let batch = ChangeBatch(
      rows: RowBatch(table: Self.table, rowCount: count, columns: columns),
      operations: Array(repeating: .insert, count: count), positions: positions, transactions: transactions)
    self = MessageRows(pipeline: pipeline, patterns: patterns)
    return batch
  }
}
