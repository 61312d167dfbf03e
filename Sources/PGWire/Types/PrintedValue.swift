/// The text that a type's output function would print, from its binary form: of types whose column is a string, and
/// of the bounds of ranges.
extension [UInt8] {
  mutating func append(printed field: RawSpan, as format: ValueFormat) throws(ValueError) {
    switch format.kind {
    case .numericText, .decimal64, .decimal128: try append(numeric: field)
    case .uuid: try append(uuid: field)
    case .char: try append(char: field)
    case .time: try append(time: field)
    case .timetz: try append(timetz: field)
    case .interval: try append(interval: field)
    case .inet: try append(inet: field)
    case .macaddr: try append(macaddr: field, count: 6)
    case .macaddr8: try append(macaddr: field, count: 8)
    case .bit: try append(bit: field)
    case .pgLSN: try append(pgLSN: field)
    case .oid, .unsigned: try append(unsigned: field)
    case .snapshot: try append(snapshot: field)
    case .tsvector: try append(tsvector: field)
    case .range: try append(range: field, of: format.elements[0])
    case .multirange: try append(multirange: field, of: format.elements[0])
    case .text: append(field)
    case .int2, .int4, .int8: try append(integer: field)
    case .date: try append(date: field)
    case .timestamp: try append(timestamp: field, zone: "")
    case .timestamptz: try append(timestamp: field, zone: "+00")
    default: throw .malformed
    }
  }

  private mutating func append(integer field: RawSpan) throws(ValueError) {
    switch field.byteCount {
    case 2: append(decimal: Int(field.int16(0)))
    case 4: append(decimal: Int(field.int32(0)))
    case 8: append(decimal: Int(field.int64(0)))
    default: throw .malformed
    }
  }

  /// oid, xid and cid have four bytes, xid8 has eight.
  private mutating func append(unsigned field: RawSpan) throws(ValueError) {
    switch field.byteCount {
    case 4: append(decimal: Int(UInt32(bitPattern: field.int32(0))))
    case 8: append(contentsOf: String(UInt64(bitPattern: field.int64(0))).utf8)
    default: throw .malformed
    }
  }

  /// int32 how many transactions were running, int64 xmin, int64 xmax, the running ones: printed `xmin:xmax:a,b`.
  /// Source: PostgreSQL, xid8funcs.c, `pg_snapshot_send`.
  private mutating func append(snapshot field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 20 else { throw .malformed }
    let count = Int(field.int32(0))
    guard count >= 0, field.byteCount == 20 + count * 8 else { throw .malformed }
    for index in 0..<(2 + count) {
      if index > 0 { append(UInt8(ascii: index <= 2 ? ":" : ",")) }
      try append(integer: field.extracting((4 + index * 8)..<(12 + index * 8)))
    }
    if count == 0 { append(UInt8(ascii: ":")) }
  }
}

extension ValueFormat {
  /// Whether the bounds of a range of such values can be printed from their binary form.
  var isPrintable: Bool {
    switch kind {
    case .numericText, .decimal64, .decimal128, .uuid, .char, .time, .timetz, .interval, .inet, .macaddr,
      .macaddr8, .bit, .pgLSN, .oid, .unsigned, .snapshot, .tsvector, .text, .int2, .int4, .int8, .date,
      .timestamp, .timestamptz:
      true
    default: false
    }
  }
}
