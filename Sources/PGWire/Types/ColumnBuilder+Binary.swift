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
      let value = Double(bitPattern: UInt64(bitPattern: field.int64(0)))
      // One NaN, as in text: a computed one may have its sign bit set.
      doubles.append(value == value ? value : .nan)
    default: try append(rareBinary: field)
    }
  }

  /// Kept out of the hot loop, so that the loop stays small.
  @inline(never)
  private mutating func append(rareBinary field: RawSpan) throws(ValueError) {
    switch format.kind {
    case .float4:
      guard field.byteCount == 4 else { throw .malformed }
      floats.append(field.float(0))
    case .float4AsDouble:
      guard field.byteCount == 4 else { throw .malformed }
      doubles.append(Double(field.float(0)))
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
    case .money:
      guard field.byteCount == 8 else { throw .malformed }
      int128s.append(Int128(field.int64(0)))
    case .bytea, .ewkb: try append(verbatim: field)
    case .versionedText:
      guard field.byteCount >= 1, field.byte(0) == 1 else { throw .malformed }
      try append(verbatim: field.extracting(1..<field.byteCount))
    case .variant: try append(variant: field, isText: false)
    case .array: try append(binaryArray: field)
    case .vector: try append(binaryVector: field, elementSize: 4)
    case .halfvec: try append(binaryVector: field, elementSize: 2)
    case .composite: try append(binaryComposite: field)
    case .hstore: try append(binaryHstore: field)
    case .unwanted: throw .unwanted
    case .masked: try append(masked: field, isText: false)
    default: try append(formatted: field)
    }
  }

  /// Types whose column is a string: the text that the output function would print.
  private mutating func append(formatted field: RawSpan) throws(ValueError) {
    do throws(ValueError) {
      try bytes.append(printed: field, as: format)
    } catch {
      abandonBytes()
      throw error
    }
    try endBytes()
  }
}
