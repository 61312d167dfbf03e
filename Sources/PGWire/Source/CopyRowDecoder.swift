import CDCCore

/// Turns the rows of a `COPY … TO STDOUT (FORMAT binary)` into column vectors, value by value as they come.
/// Source: PostgreSQL manual, "COPY", "Binary Format".
struct CopyRowDecoder: CopyOutHandler {
  let layout: TableLayout
  let limits: BatchLimits
  private(set) var rowCount = 0
  private var columns: [ColumnBuilder]
  private var sizing = BatchSizing()
  private var isHeaderPending = true
  /// By column, whether a value that it cannot hold becomes null.
  private let discards: [Bool]
  /// By column, values that became null since the last batch.
  private var discarded: [Int]
  private var refusedRows: [RefusedRow] = []
  private var refusedBytes = 0

  init(layout: TableLayout, limits: BatchLimits) {
    self.layout = layout
    self.limits = limits
    columns = layout.formats.map { ColumnBuilder($0) }
    discards = layout.formats.indices.map(layout.discardsValues)
    discarded = discards.map { _ in 0 }
  }

  /// To be called before each COPY: its first message begins with the header.
  mutating func beginCopy() { isHeaderPending = true }

  /// Pauses when the batch has reached its limits.
  mutating func receive(_ message: RawSpan) throws -> CopySignal {
    var offset = 0
    if isHeaderPending {
      offset = try headerLength(message)
      isHeaderPending = false
      // Servers before 12 send the header in a message of its own.
      if offset == message.byteCount { return .next }
    }
    guard message.byteCount &- offset >= 2 else { throw layout.malformed("its field count is cut") }
    let fieldCount = Int(message.int16(offset))
    offset &+= 2
    if fieldCount == -1 { return .next }
    guard fieldCount == columns.count else { throw layout.malformed("it has \(fieldCount) fields") }
    if let failure = Self.append(message, offset, to: &columns, discards, &discarded) {
      return try refuse(failure, message, offset)
    }
    rowCount &+= 1
    if rowCount >= limits.rows { return .pause }
    sizing.unmeasuredBytes &+= message.byteCount
    return sizing.mustMeasure && sizing.measure(columns) >= limits.bytes ? .pause : .next
  }

  private struct Failure {
    /// Nil where the row itself is malformed.
    var error: ValueError?
    var column: Int
  }

  /// The hot loop of a full load: one row, field by field.
  @inline(__always)
  private static func append(
    _ message: RawSpan, _ start: Int, to columns: inout [ColumnBuilder], _ discards: [Bool],
    _ discarded: inout [Int]
  ) -> Failure? {
    var cells = columns.mutableSpan
    var offset = start
    for column in 0..<cells.count {
      guard message.byteCount &- offset >= 4 else { return Failure(error: nil, column: column) }
      let length = Int(message.int32(offset))
      offset &+= 4
      if length < 0 {
        cells[column].appendNull()
        continue
      }
      guard message.byteCount &- offset >= length else { return Failure(error: nil, column: column) }
      do throws(ValueError) {
        try cells[column].append(copied: message.extracting(offset..<(offset &+ length)))
      } catch {
        guard error.isContractual, discards[column] else { return Failure(error: error, column: column) }
        cells[column].appendNull()
        discarded[column] &+= 1
      }
      offset &+= length
    }
    return offset == message.byteCount ? nil : Failure(error: nil, column: cells.count)
  }

  /// A row that cannot be taken: the contract decides.
  @inline(never)
  private mutating func refuse(_ failure: Failure, _ message: RawSpan, _ start: Int) throws -> CopySignal {
    guard let error = failure.error else { throw layout.malformed("it is cut, or longer than its fields") }
    var row = row(message, start)
    guard layout.treatment(of: error, column: failure.column, isOld: false) == .refuse else {
      throw layout.error(error, column: failure.column, key: row.key?.text(), position: nil)
    }
    takeBack(failure.column, message, start)
    let refused = RefusedRow(
      key: row.key?.json(), column: layout.name(of: failure.column), reason: error.explanation,
      json: row.json.text)
    refusedRows.append(refused)
    refusedBytes += refused.byteCount
    return refusedBytes >= limits.bytes ? .pause : .next
  }

  /// Of a row that is kept out the columns before the one that refused it: what became null there counts no more.
  private mutating func takeBack(_ count: Int, _ message: RawSpan, _ start: Int) {
    var offset = start
    for column in 0..<count {
      // That the field is whole was seen when it was taken.
      let length = Int(message.int32(offset))
      if length >= 0, discards[column], columns[column].endsWithNull { discarded[column] -= 1 }
      columns[column].removeLast()
      offset += 4 + max(length, 0)
    }
  }

  /// Its key, and its values as texts.
  private func row(_ message: RawSpan, _ start: Int) -> (key: RowKey?, json: JSONText) {
    var key = RowKey(layout)
    var json = JSONText()
    var offset = start
    for column in columns.indices {
      guard message.byteCount - offset >= 4 else { return (nil, json) }
      let length = Int(message.int32(offset))
      offset += 4
      if length < 0 {
        layout.addNull(column, to: &json)
        continue
      }
      guard message.byteCount - offset >= length else { return (nil, json) }
      let field = message.extracting(offset..<(offset + length))
      let isText = columns[column].readsText
      layout.add(column, field, isText: isText, to: &json)
      if key.needs(column) { key.take(column, field, isText: isText) }
      offset += length
    }
    return (key, json)
  }

  /// What was kept out since the last call.
  mutating func takeRefusals() -> Refusals {
    var refusals = Refusals()
    refusals.rows = refusedRows
    for (column, count) in discarded.enumerated() where count > 0 {
      refusals.discardedValues[layout.name(of: column)] = count
      discarded[column] = 0
    }
    refusedRows = []
    refusedBytes = 0
    return refusals
  }

  /// The rows so far; the decoder is empty afterwards.
  mutating func takeBatch() -> RowBatch {
    let batch = RowBatch(
      table: layout.schema, rowCount: rowCount,
      columns: layout.wanted(sizing.takeVectors(from: &columns, rows: rowCount)))
    rowCount = 0
    return batch
  }

  private func headerLength(_ message: RawSpan) throws -> Int {
    // Signature, int32 flags, int32 length of the header's extension.
    guard message.byteCount >= 19, message.extracting(0..<6).equals("PGCOPY") else {
      throw layout.malformed("the COPY's header is not that of the binary format")
    }
    let length = Int(message.int32(15))
    guard length >= 0, message.byteCount - 19 >= length else { throw layout.malformed("the header is cut") }
    return 19 + length
  }
}
