/// Appending a value in its type's text form: what the output function writes under `SessionSettings`.
extension ColumnBuilder {
  @inline(__always)
  package mutating func append(text field: RawSpan) throws(ValueError) {
    switch format.kind {
    case .int4: int32s.append(try integer(text: field, Int32.self))
    case .int8: int64s.append(try integer(text: field, Int64.self))
    case .decimal64:
      int64s.append(
        try decimal(text: field, precision: format.precision, scale: format.scale, Int64.self))
    case .text: try append(verbatim: field)
    case .date: int32s.append(try unixDays(text: field))
    case .timestamp: int64s.append(try unixMicroseconds(text: field, zoned: false))
    case .timestamptz: int64s.append(try unixMicroseconds(text: field, zoned: true))
    default: try append(rareText: field)
    }
  }

  @inline(never)
  private mutating func append(rareText field: RawSpan) throws(ValueError) {
    switch format.kind {
    case .bool:
      guard field.byteCount == 1 else { throw .malformed }
      switch field.byte(0) {
      case UInt8(ascii: "t"): booleans.append(true)
      case UInt8(ascii: "f"): booleans.append(false)
      default: throw .malformed
      }
    case .int2: int32s.append(Int32(try integer(text: field, Int16.self)))
    case .int2AsInt64: int64s.append(Int64(try integer(text: field, Int16.self)))
    case .int4AsInt64: int64s.append(Int64(try integer(text: field, Int32.self)))
    case .oid: int64s.append(Int64(try integer(text: field, UInt32.self)))
    case .float4: floats.append(try float(text: field))
    case .float4AsDouble: doubles.append(Double(try float(text: field)))
    case .float8: doubles.append(try double(text: field))
    case .decimal128:
      int128s.append(
        try decimal(text: field, precision: format.precision, scale: format.scale, Int128.self))
    case .money: int128s.append(Int128(try minorUnits(text: field)))
    case .bytea:
      do throws(ValueError) { try bytes.append(byteaText: field) } catch {
        abandonBytes()
        throw error
      }
      try endBytes()
    case .ewkb:
      do throws(ValueError) { try bytes.append(hexadecimal: field, from: 0) } catch {
        abandonBytes()
        throw error
      }
      try endBytes()
    case .char:
      bytes.append(charText: field)
      try endBytes()
    case .variant: try append(variant: field, isText: true)
    case .array: try append(textArray: field)
    case .vector, .halfvec: try append(textVector: field)
    case .composite: try append(textComposite: field)
    case .hstore: try append(textHstore: field)
    case .unwanted: throw .unwanted
    case .masked: try append(masked: field, isText: true)
    default: try append(verbatim: field)
    }
  }
}
