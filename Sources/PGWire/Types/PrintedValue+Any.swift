/// Any value as text, from its binary form: for people, in rows that their tables cannot hold. What is within arrays, composites
/// and maps is written as PostgreSQL writes it; floats as Swift does.
extension [UInt8] {
  /// What cannot be read is written in hexadecimal.
  mutating func append(printing field: RawSpan, as format: ValueFormat) {
    let start = count
    do throws(ValueError) { try append(any: field, format) } catch {
      removeLast(count - start)
      append(hexadecimal: field, prefix: "\\x")
    }
  }

  private mutating func append(hexadecimal field: RawSpan, prefix: StaticString) {
    append(text: prefix)
    for offset in 0..<field.byteCount { append(hexByte: field.byte(offset)) }
  }

  private mutating func append(any field: RawSpan, _ format: ValueFormat) throws(ValueError) {
    switch format.kind {
    case .bool:
      guard field.byteCount == 1 else { throw .malformed }
      append(UInt8(ascii: field.byte(0) != 0 ? "t" : "f"))
    case .float4, .float4AsDouble:
      guard field.byteCount == 4 else { throw .malformed }
      append(float: "\(field.float(0))")
    case .float8:
      guard field.byteCount == 8 else { throw .malformed }
      append(float: "\(Double(bitPattern: UInt64(bitPattern: field.int64(0))))")
    case .int2AsInt64: try append(printed: field, as: ValueFormat(.int2))
    case .int4AsInt64: try append(printed: field, as: ValueFormat(.int4))
    case .money: try append(money: field, scale: format.scale)
    case .bytea: append(hexadecimal: field, prefix: "\\x")
    case .ewkb:
      let start = count
      append(hexadecimal: field, prefix: "")
      for index in start..<count where self[index] >= UInt8(ascii: "a") { self[index] -= 32 }
    case .versionedText:
      guard field.byteCount >= 1 else { throw .malformed }
      append(field.extracting(1..<field.byteCount))
    case .variant: try append(any: field, format.elements[0])
    case .array: try append(array: field, format)
    case .composite: try append(composite: field, format)
    case .hstore: try append(hstore: field)
    case .vector: try append(vector: field, elementSize: 4)
    case .halfvec: try append(vector: field, elementSize: 2)
    default: try append(printed: field, as: format)
    }
  }

  private mutating func append(float text: String) {
    switch text {
    case "nan": append(text: "NaN")
    case "inf": append(text: "Infinity")
    case "-inf": append(text: "-Infinity")
    default: append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }
  }

  private mutating func append(money field: RawSpan, scale: Int) throws(ValueError) {
    guard field.byteCount == 8 else { throw .malformed }
    let digits = "\(field.int64(0).magnitude)"
    let padded = String(repeating: "0", count: Swift.max(0, scale + 1 - digits.utf8.count)) + digits
    if field.int64(0) < 0 { append(UInt8(ascii: "-")) }
    append(contentsOf: padded.dropLast(scale).utf8)
    if scale > 0 { append(contentsOf: ".\(padded.suffix(scale))".utf8) }
  }

  /// pgvector's, as in Vector.swift.
  private mutating func append(vector field: RawSpan, elementSize: Int) throws(ValueError) {
    guard field.byteCount >= 4, field.byteCount == 4 + Int(UInt16(bitPattern: field.int16(0))) * elementSize
    else { throw .malformed }
    append(UInt8(ascii: "["))
    for offset in stride(from: 4, to: field.byteCount, by: elementSize) {
      if offset > 4 { append(UInt8(ascii: ",")) }
      let value =
        elementSize == 4 ? field.float(offset) : Float(halfBits: UInt16(bitPattern: field.int16(offset)))
      append(float: "\(value)")
    }
    append(UInt8(ascii: "]"))
  }

  // MARK: Arrays

  /// Source: PostgreSQL, `array_send` and `array_out` (arrayfuncs.c).
  private mutating func append(array field: RawSpan, _ format: ValueFormat) throws(ValueError) {
    guard field.byteCount >= 12 else { throw .malformed }
    let dimensions = Int(field.int32(0))
    guard (0...6).contains(dimensions), field.byteCount >= 12 + dimensions * 8 else { throw .malformed }
    let lengths = (0..<dimensions).map { Int(field.int32(12 + $0 * 8)) }
    let bounds = (0..<dimensions).map { Int(field.int32(16 + $0 * 8)) }
    guard lengths.allSatisfy({ $0 >= 0 && $0 <= field.byteCount }) else { throw .malformed }
    // One dimension of length zero makes all of it empty: the others are not to be walked through.
    if dimensions == 0 || lengths.contains(0) { return append(text: "{}") }
    if bounds.contains(where: { $0 != 1 }) {
      for (length, bound) in zip(lengths, bounds) {
        append(contentsOf: "[\(bound):\(bound &+ length &- 1)]".utf8)
      }
      append(UInt8(ascii: "="))
    }
    var offset = 12 + dimensions * 8
    try appendElements(field, &offset, lengths[...], format)
  }

  private mutating func appendElements(
    _ field: RawSpan, _ offset: inout Int, _ lengths: ArraySlice<Int>, _ format: ValueFormat
  ) throws(ValueError) {
    append(UInt8(ascii: "{"))
    for index in 0..<(lengths.first ?? 0) {
      if index > 0 { append(format.delimiter) }
      if lengths.count > 1 {
        try appendElements(field, &offset, lengths.dropFirst(), format)
      } else if let element = try field.part(at: &offset) {
        var text: [UInt8] = []
        try text.append(any: field.extracting(element), format.elements[0])
        let isNull = text.count == 4 && String(decoding: text, as: UTF8.self).lowercased() == "null"
        append(
          quoted: text, special: Array("\"\\{}".utf8) + [format.delimiter], always: isNull, doubling: false)
      } else {
        append(text: "NULL")
      }
    }
    append(UInt8(ascii: "}"))
  }

  /// - Parameter doubling: a quote is doubled, not escaped.
  private mutating func append(
    quoted text: [UInt8], special: [UInt8], always: Bool, doubling: Bool
  ) {
    let spaces: ClosedRange<UInt8> = 9...13
    let needsQuotes =
      always || text.isEmpty
      || text.contains { special.contains($0) || spaces.contains($0) || $0 == UInt8(ascii: " ") }
    guard needsQuotes else { return append(contentsOf: text) }
    append(UInt8(ascii: "\""))
    for byte in text {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        append(doubling ? byte : UInt8(ascii: "\\"))
      }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }

  // MARK: Composites and maps

  /// Source: PostgreSQL, `record_send` and `record_out` (rowtypes.c).
  private mutating func append(composite field: RawSpan, _ format: ValueFormat) throws(ValueError) {
    guard field.byteCount >= 4, Int(field.int32(0)) == format.elements.count else { throw .shape }
    var offset = 4
    append(UInt8(ascii: "("))
    for (index, element) in format.elements.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      offset += 4
      guard let part = try field.part(at: &offset) else { continue }
      var text: [UInt8] = []
      try text.append(any: field.extracting(part), element)
      append(quoted: text, special: Array("\"\\(),".utf8), always: false, doubling: true)
    }
    append(UInt8(ascii: ")"))
  }

  /// Source: PostgreSQL, `hstore_send` and `hstore_out` (hstore_io.c).
  private mutating func append(hstore field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4 else { throw .malformed }
    var offset = 4
    for index in 0..<Swift.max(0, Int(field.int32(0))) {
      if index > 0 { append(text: ", ") }
      guard let key = try field.part(at: &offset) else { throw .malformed }
      append(quoted: Array(field.extracting(key)), special: [], always: true, doubling: false)
      append(text: "=>")
      if let value = try field.part(at: &offset) {
        append(quoted: Array(field.extracting(value)), special: [], always: true, doubling: false)
      } else {
        append(text: "NULL")
      }
    }
  }

  private init(_ field: RawSpan) {
    self = []
    append(field)
  }
}

extension RawSpan {
  /// int32 length, then so many bytes; nil for null (−1).
  fileprivate func part(at offset: inout Int) throws(ValueError) -> Range<Int>? {
    guard offset >= 0, byteCount - offset >= 4 else { throw .malformed }
    let length = Int(int32(offset))
    offset += 4
    if length == -1 { return nil }
    guard length >= 0, byteCount - offset >= length else { throw .malformed }
    defer { offset += length }
    return offset..<(offset + length)
  }
}
