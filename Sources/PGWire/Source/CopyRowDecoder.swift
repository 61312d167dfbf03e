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

  init(layout: TableLayout, limits: BatchLimits) {
    self.layout = layout
    self.limits = limits
    columns = layout.formats.map { ColumnBuilder($0) }
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
    var failure: ValueError?
    var failed = 0
    var cells = columns.mutableSpan
    var column = 0
    while column < fieldCount {
      guard message.byteCount &- offset >= 4 else { throw layout.malformed("a field is cut") }
      let length = Int(message.int32(offset))
      offset &+= 4
      if length < 0 {
        cells[column].appendNull()
      } else {
        guard message.byteCount &- offset >= length else { throw layout.malformed("a field is cut") }
        do throws(ValueError) {
          try cells[column].append(copied: message.extracting(offset..<(offset &+ length)))
        } catch {
          guard layout.discardsValues, error.isContractual else {
            failure = error
            failed = column
            break
          }
          cells[column].appendNull()
          discardedValues &+= 1
        }
        offset &+= length
      }
      column &+= 1
    }
    if let failure { throw layout.error(failure, column: failed, position: nil) }
    guard offset == message.byteCount else { throw layout.malformed("bytes are left over") }
    rowCount &+= 1
    if rowCount >= limits.rows { return .pause }
    sizing.unmeasuredBytes &+= message.byteCount
    return sizing.mustMeasure && sizing.measure(columns) >= limits.bytes ? .pause : .next
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
