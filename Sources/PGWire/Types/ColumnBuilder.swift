/// One column that grows by values appended straight from wire bytes.
///
/// Values are dense: a null row holds a placeholder and stands in `nullRows`. Only the array of the format's
/// storage is used. After an error nothing has been appended. The arrays are moved out at the end of a
/// batch, not copied.
package struct ColumnBuilder: Sendable {
  package let format: ValueFormat
  /// The server is asked for the text form, as the binary one is not known here.
  package let readsText: Bool
  package var booleans: [Bool] = []
  package var int32s: [Int32] = []
  package var int64s: [Int64] = []
  package var int128s: [Int128] = []
  package var floats: [Float] = []
  package var doubles: [Double] = []
  /// Variable-length values one after the other; value i is `bytes[offsets[i]..<offsets[i + 1]]`.
  package var bytes: [UInt8] = []
  /// Of bytes, lists or maps: begins with 0, one more than there are rows.
  package var offsets: [Int32] = []
  /// Ascending.
  package var nullRows: [Int32] = []
  /// Of a list: the builder of its elements; of a map: of keys and of values; of a structure: one a field; of a masked column
  /// that of the values that stand in.
  package var elements: [ColumnBuilder] = []
  /// A quoted element or field without its escapes.
  var scratch: [UInt8] = []

  package init(_ format: ValueFormat) {
    self.format = format
    readsText = !format.hasBinaryForm
    switch format.kind.storage {
    case .bytes: offsets = [0]
    case .list, .map, .structure:
      offsets = [0]
      elements = format.elements.map { ColumnBuilder($0) }
    case .masked: elements = format.elements.suffix(1).map { ColumnBuilder($0) }
    default: break
    }
  }

  package var count: Int {
    switch format.kind.storage {
    case .boolean: booleans.count
    case .int32: int32s.count
    case .int64: int64s.count
    case .int128: int128s.count
    case .float: floats.count
    case .double: doubles.count
    case .bytes, .list, .map: offsets.count - 1
    case .structure, .masked: elements[0].count
    }
  }

  /// What the values take in memory, in bytes.
  package var byteCount: Int {
    switch format.kind.storage {
    case .boolean: booleans.count
    case .int32: int32s.count * 4
    case .int64: int64s.count * 8
    case .int128: int128s.count * 16
    case .float: floats.count * 4
    case .double: doubles.count * 8
    case .bytes: bytes.count + offsets.count * 4
    case .list, .map, .structure, .masked: offsets.count * 4 + elements.reduce(0) { $0 + $1.byteCount }
    }
  }

  package mutating func appendNull() {
    nullRows.append(Int32(truncatingIfNeeded: count))
    switch format.kind.storage {
    case .boolean: booleans.append(false)
    case .int32: int32s.append(0)
    case .int64: int64s.append(0)
    case .int128: int128s.append(0)
    case .float: floats.append(0)
    case .double: doubles.append(0)
    case .bytes: offsets.append(Int32(truncatingIfNeeded: bytes.count))
    case .list, .map: offsets.append(Int32(truncatingIfNeeded: elements[0].count))
    case .structure, .masked: for field in elements.indices { elements[field].appendNull() }
    }
  }

  /// Makes room, so that a batch like the last one grows without moving.
  package mutating func reserveCapacity(rows: Int, bytes byteCapacity: Int) {
    switch format.kind.storage {
    case .boolean: booleans.reserveCapacity(rows)
    case .int32: int32s.reserveCapacity(rows)
    case .int64: int64s.reserveCapacity(rows)
    case .int128: int128s.reserveCapacity(rows)
    case .float: floats.reserveCapacity(rows)
    case .double: doubles.reserveCapacity(rows)
    case .bytes:
      offsets.reserveCapacity(rows + 1)
      bytes.reserveCapacity(byteCapacity)
    case .list, .map: offsets.reserveCapacity(rows + 1)
    case .structure, .masked:
      for field in elements.indices { elements[field].reserveCapacity(rows: rows, bytes: 0) }
    }
  }

  package var endsWithNull: Bool { nullRows.last.map { Int($0) == count - 1 } ?? false }

  /// Takes the last row off again.
  package mutating func removeLast() {
    if endsWithNull { nullRows.removeLast() }
    switch format.kind.storage {
    case .boolean: booleans.removeLast()
    case .int32: int32s.removeLast()
    case .int64: int64s.removeLast()
    case .int128: int128s.removeLast()
    case .float: floats.removeLast()
    case .double: doubles.removeLast()
    case .bytes:
      offsets.removeLast()
      bytes.removeLast(bytes.count - Int(offsets[offsets.count - 1]))
    case .list, .map:
      offsets.removeLast()
      abandonElements(from: Int(offsets[offsets.count - 1]))
    case .structure, .masked: abandonElements(from: elements[0].count - 1)
    }
  }

  /// Takes off what a list, map or structure that turned out to be unsound has left in its parts.
  @inline(never)
  mutating func abandonElements(from count: Int) {
    for part in elements.indices { while elements[part].count > count { elements[part].removeLast() } }
  }

  /// Closes the list or map whose elements have just been appended.
  mutating func endList() throws(ValueError) {
    guard let end = Int32(exactly: elements[0].count) else { throw .tooLarge }
    offsets.append(end)
  }

  /// Closes the value whose bytes have just been appended.
  @inline(__always)
  mutating func endBytes() throws(ValueError) {
    guard let end = Int32(exactly: bytes.count) else {
      abandonBytes()
      throw .tooLarge
    }
    offsets.append(end)
  }

  /// Drops the bytes of a value that turned out to be unsound.
  @inline(never)
  mutating func abandonBytes() {
    bytes.removeLast(bytes.count - Int(offsets[offsets.count - 1]))
  }

  @inline(__always)
  mutating func append(verbatim field: RawSpan) throws(ValueError) {
    bytes.append(field)
    try endBytes()
  }
}
