/// Appending a value in its type's binary form: what the send function of the type writes.
extension ColumnBuilder {
  /// As `COPY … (FORMAT binary)` sends it, where columns without a binary form here are cast to text.
  @inline(__always)
  package mutating func append(copied field: RawSpan) throws(ValueError) {
    if readsText { try append(text: field) } else { try append(binary: field) }
  }

  @inline(__always)
  package mutating func append(binary field: RawSpan) throws(ValueError) {
    switch format.kind {
    case .int4:
      guard field.byteCount == 4 else { throw .malformed }
      int32s.append(field.int32(0))
    case .int8:
      guard field.byteCount == 8 else { throw .malformed }
      int64s.append(field.int64(0))
    case .decimal64:
      int64s.append(
        try decimal64(numeric: field, precision: format.precision, scale: format.scale))
    case .text: try append(verbatim: field)
    case .date:
      guard field.byteCount == 4 else { throw .malformed }
      int32s.append(try unixDays(postgresDays: field.int32(0)))
    case .timestamp, .timestamptz:
      guard field.byteCount == 8 else { throw .malformed }
      int64s.append(try unixMicroseconds(postgresMicroseconds: field.int64(0)))
    case .bool:
      guard field.byteCount == 1 else { throw .malformed }
      booleans.append(field.byte(0) != 0)
    case .int2:
      guard field.byteCount == 2 else { throw .malformed }
      int32s.append(Int32(field.int16(0)))
    case .float8:
      guard field.byteCount == 8 else { throw .malformed }
      doubles.append(Double(bitPattern: UInt64(bitPattern: field.int64(0))))
    default: try append(rareBinary: field)
    }
  }

  /// Kept out of the hot loop, so that the loop stays small.
  @inline(never)
  private mutating func append(rareBinary field: RawSpan) throws(ValueError) {
    switch format.kind {
    case .float4:
      guard field.byteCount == 4 else { throw .malformed }
      floats.append(Float(bitPattern: UInt32(bitPattern: field.int32(0))))
    case .float4AsDouble:
      guard field.byteCount == 4 else { throw .malformed }
      doubles.append(Double(Float(bitPattern: UInt32(bitPattern: field.int32(0)))))
    case .oid:
      guard field.byteCount == 4 else { throw .malformed }
      int64s.append(Int64(UInt32(bitPattern: field.int32(0))))
    case .int2AsInt64:
      guard field.byteCount == 2 else { throw .malformed }
      int64s.append(Int64(field.int16(0)))
    case .int4AsInt64:
      guard field.byteCount == 4 else { throw .malformed }
      int64s.append(Int64(field.int32(0)))
    case .decimal128:
      int128s.append(
        try decimal128(numeric: field, precision: format.precision, scale: format.scale))
    case .bytea: try append(verbatim: field)
    case .jsonb:
      guard field.byteCount >= 1, field.byte(0) == 1 else { throw .malformed }
      try append(verbatim: field.extracting(1..<field.byteCount))
    case .array: try append(binaryArray: field)
    default: try append(formatted: field)
    }
  }

  /// Types whose column is a string: the text that the output function would print.
  private mutating func append(formatted field: RawSpan) throws(ValueError) {
    do throws(ValueError) {
      switch format.kind {
      case .numericText: try bytes.append(numeric: field)
      case .uuid: try bytes.append(uuid: field)
      case .char: try bytes.append(char: field)
      case .time: try bytes.append(time: field)
      case .timetz: try bytes.append(timetz: field)
      case .interval: try bytes.append(interval: field)
      case .inet: try bytes.append(inet: field)
      case .macaddr: try bytes.append(macaddr: field, count: 6)
      case .macaddr8: try bytes.append(macaddr: field, count: 8)
      case .bit: try bytes.append(bit: field)
      case .pgLSN: try bytes.append(pgLSN: field)
      default: throw .malformed
      }
    } catch {
      abandonBytes()
      throw error
    }
    try endBytes()
  }
}
