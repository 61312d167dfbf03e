/// hstore: keys and values, which may be null. Source: PostgreSQL, contrib/hstore/hstore_io.c (`hstore_send`, `hstore_out`).
extension ColumnBuilder {
  /// int32 how many pairs; for each int32 length and key, int32 length (−1: null) and value.
  mutating func append(binaryHstore field: RawSpan) throws(ValueError) {
    let before = elements[0].count
    do throws(ValueError) { try appendPairs(binary: field) } catch {
      abandonElements(from: before)
      throw error
    }
    try endList()
  }

  private mutating func appendPairs(binary field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4 else { throw .malformed }
    let count = Int(field.int32(0))
    guard count >= 0, count <= field.byteCount / 8 else { throw .malformed }
    var offset = 4
    for part in 0..<(2 * count) {
      guard field.byteCount - offset >= 4 else { throw .malformed }
      let length = Int(field.int32(offset))
      offset += 4
      if length == -1, part % 2 == 1 {
        elements[1].appendNull()
        continue
      }
      guard length >= 0, field.byteCount - offset >= length else { throw .malformed }
      try elements[part % 2].append(verbatim: field.extracting(offset..<(offset + length)))
      offset += length
    }
    guard offset == field.byteCount else { throw .malformed }
  }

  /// `"a"=>"1", "b"=>NULL`
  mutating func append(textHstore field: RawSpan) throws(ValueError) {
    let before = elements[0].count
    do throws(ValueError) { try appendPairs(text: field) } catch {
      abandonElements(from: before)
      throw error
    }
    try endList()
  }

  private mutating func appendPairs(text field: RawSpan) throws(ValueError) {
    var offset = 0
    while offset < field.byteCount {
      if offset > 0 { try field.expect(", ", at: &offset) }
      try appendQuoted(field, &offset, to: 0)
      try field.expect("=>", at: &offset)
      guard offset < field.byteCount else { throw .malformed }
      if field.byte(offset) == UInt8(ascii: "\"") {
        try appendQuoted(field, &offset, to: 1)
      } else {
        try field.expect("NULL", at: &offset)
        elements[1].appendNull()
      }
    }
  }

  private mutating func appendQuoted(
    _ field: RawSpan, _ offset: inout Int, to part: Int
  ) throws(ValueError) {
    do throws(ValueError) { try field.readQuoted(at: &offset, into: &elements[part].bytes) } catch {
      elements[part].abandonBytes()
      throw error
    }
    try elements[part].endBytes()
  }
}

extension RawSpan {
  func expect(_ text: StaticString, at offset: inout Int) throws(ValueError) {
    let end = offset + text.utf8CodeUnitCount
    guard end <= byteCount, extracting(offset..<end).equals(text) else { throw .malformed }
    offset = end
  }
}
