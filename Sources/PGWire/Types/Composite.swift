/// Composite values, field by field into a builder each. Source: PostgreSQL, rowtypes.c (`record_send`, `record_out`).
extension ColumnBuilder {
  /// int32 how many fields; for each the oid of its type, int32 length (−1: null), value. Dropped attributes are
  /// left out.
  mutating func append(binaryComposite field: RawSpan) throws(ValueError) {
    let before = count
    do throws(ValueError) { try appendFields(binary: field) } catch {
      abandonElements(from: before)
      throw error
    }
  }

  private mutating func appendFields(binary field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4 else { throw .malformed }
    guard Int(field.int32(0)) == elements.count else { throw .shape }
    var offset = 4
    for part in elements.indices {
      guard field.byteCount - offset >= 8 else { throw .malformed }
      guard UInt32(bitPattern: field.int32(offset)) == format.fields[part].type else { throw .shape }
      let length = Int(field.int32(offset + 4))
      offset += 8
      if length == -1 {
        elements[part].appendNull()
        continue
      }
      guard length >= 0, field.byteCount - offset >= length else { throw .malformed }
      try elements[part].append(binary: field.extracting(offset..<(offset + length)))
      offset += length
    }
    guard offset == field.byteCount else { throw .malformed }
  }

  /// `(1,,"a ""quoted"" one")`: nothing between two commas is a null. Manual, "Composite Type Input and Output Syntax".
  mutating func append(textComposite field: RawSpan) throws(ValueError) {
    let before = count
    do throws(ValueError) { try appendFields(text: field) } catch {
      abandonElements(from: before)
      throw error
    }
  }

  private mutating func appendFields(text field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 2, field.byte(0) == UInt8(ascii: "("),
      field.byte(field.byteCount - 1) == UInt8(ascii: ")")
    else { throw .malformed }
    let inside = field.extracting(1..<(field.byteCount - 1))
    var offset = 0
    for part in elements.indices {
      if part > 0 {
        guard offset < inside.byteCount else { throw .shape }
        guard inside.byte(offset) == UInt8(ascii: ",") else { throw .malformed }
        offset += 1
      }
      if offset == inside.byteCount || inside.byte(offset) == UInt8(ascii: ",") {
        elements[part].appendNull()
      } else if inside.byte(offset) == UInt8(ascii: "\"") {
        try appendQuotedField(part, inside, &offset)
      } else {
        let start = offset
        while offset < inside.byteCount, inside.byte(offset) != UInt8(ascii: ",") { offset += 1 }
        try elements[part].append(text: inside.extracting(start..<offset))
      }
    }
    guard offset == inside.byteCount else {
      throw inside.byte(offset) == UInt8(ascii: ",") ? .shape : .malformed
    }
  }

  private mutating func appendQuotedField(
    _ part: Int, _ inside: RawSpan, _ offset: inout Int
  ) throws(ValueError) {
    var unescaped: [UInt8] = []
    swap(&unescaped, &scratch)
    defer { swap(&unescaped, &scratch) }
    unescaped.removeAll(keepingCapacity: true)
    try inside.readQuoted(at: &offset, into: &unescaped)
    try elements[part].append(text: unsafe unescaped.span.bytes)
  }
}

extension RawSpan {
  /// Reads from one quotation mark to the next; within, one that is doubled or follows a backslash is a character.
  func readQuoted(at offset: inout Int, into bytes: inout [UInt8]) throws(ValueError) {
    guard offset < byteCount, byte(offset) == UInt8(ascii: "\"") else { throw .malformed }
    offset += 1
    while offset < byteCount {
      var character = byte(offset)
      offset += 1
      if character == UInt8(ascii: "\"") {
        guard offset < byteCount, byte(offset) == character else { return }
        offset += 1
      } else if character == UInt8(ascii: "\\") {
        guard offset < byteCount else { throw .malformed }
        character = byte(offset)
        offset += 1
      }
      bytes.append(character)
    }
    throw .malformed
  }
}
