import CDCCore

/// Turns the rows of a `COPY … TO STDOUT (FORMAT binary)` into column vectors, value by value as they come.
/// Source: PostgreSQL manual, "COPY", "Binary Format".
struct CopyRowDecoder: CopyOutHandler {
  let layout: TableLayout
  let limits: BatchLimits
  private(set) var rowCount = 0
  /// Values that became null because their column cannot hold them.
  private(set) var discardedValues = 0
  private var columns: [ColumnBuilder]
  private var sizing = BatchSizing()
  private var isHeaderPending = true
  private let discardsValues: Bool

  init(layout: TableLayout, limits: BatchLimits) {
    self.layout = layout
    self.limits = limits
    columns = layout.formats.map { ColumnBuilder($0) }
    discardsValues = layout.discardsValues
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
    var discarded = 0
    if let failure = Self.append(message, offset, to: &columns, discardsValues, &discarded) {
      guard let error = failure.error else { throw layout.malformed("it is cut, or longer than its fields") }
      throw layout.error(error, column: failure.column, key: key(message, offset), position: nil)
    }
    discardedValues &+= discarded
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
    _ message: RawSpan, _ start: Int, to columns: inout [ColumnBuilder], _ discardsValues: Bool,
    _ discarded: inout Int
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
        guard discardsValues, error.isContractual else { return Failure(error: error, column: column) }
        cells[column].appendNull()
        discarded &+= 1
      }
      offset &+= length
    }
    return offset == message.byteCount ? nil : Failure(error: nil, column: cells.count)
  }

  /// The key of a row that is in an error.
  private func key(_ message: RawSpan, _ start: Int) -> String? {
    var key = RowKey(layout)
    var offset = start
    for column in columns.indices {
      guard message.byteCount - offset >= 4 else { return nil }
      let length = Int(message.int32(offset))
      offset += 4
      if length < 0 { continue }
      guard message.byteCount - offset >= length else { return nil }
      if key.needs(column) { key.take(column, copied: message.extracting(offset..<(offset + length))) }
      offset += length
    }
    return key.text()
  }

  /// The rows so far; the decoder is empty afterwards.
  mutating func takeBatch() -> RowBatch {
    let batch = RowBatch(
      table: layout.schema, rowCount: rowCount, columns: sizing.takeVectors(from: &columns, rows: rowCount))
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
