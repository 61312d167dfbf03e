/// The text form of arrays: `{1,NULL,"a \"quoted\" one"}`, before it the bounds where the first is not 1 (`[0:1]=`).
/// Source: PostgreSQL manual, "Array Input and Output Syntax".
extension ColumnBuilder {
  mutating func append(textArray field: RawSpan) throws(ValueError) {
    var offset = 0
    if field.byteCount > 0, field.byte(0) == UInt8(ascii: "[") {
      var dimensions = 0
      while offset < field.byteCount, field.byte(offset) != UInt8(ascii: "=") {
        if field.byte(offset) == UInt8(ascii: "[") { dimensions += 1 }
        offset += 1
      }
      guard dimensions == 1 else { throw .dimensions }
      offset += 1
    }
    guard field.byteCount - offset >= 2, field.byte(offset) == UInt8(ascii: "{"),
      field.byte(field.byteCount - 1) == UInt8(ascii: "}")
    else { throw .malformed }
    let inside = field.extracting((offset + 1)..<(field.byteCount - 1))
    let before = elements[0].count
    do throws(ValueError) { try appendElements(inside) } catch {
      abandonElements(from: before)
      throw error
    }
    try endList()
  }

  private mutating func appendElements(_ inside: RawSpan) throws(ValueError) {
    guard inside.byteCount > 0 else { return }
    var offset = 0
    while true {
      guard offset < inside.byteCount else { throw .malformed }
      switch inside.byte(offset) {
      case UInt8(ascii: "{"): throw .dimensions
      case UInt8(ascii: "\""): try appendQuoted(inside, &offset)
      default: try appendBare(inside, &offset)
      }
      if offset == inside.byteCount { return }
      guard inside.byte(offset) == format.delimiter else { throw .malformed }
      offset += 1
    }
  }

  private mutating func appendBare(_ inside: RawSpan, _ offset: inout Int) throws(ValueError) {
    let start = offset
    while offset < inside.byteCount, inside.byte(offset) != format.delimiter { offset += 1 }
    let element = inside.extracting(start..<offset)
    guard element.byteCount > 0 else { throw .malformed }
    if element.equals("NULL") {
      elements[0].appendNull()
    } else {
      try elements[0].append(text: element)
    }
  }

  private mutating func appendQuoted(_ inside: RawSpan, _ offset: inout Int) throws(ValueError) {
    scratch.removeAll(keepingCapacity: true)
    offset += 1
    while true {
      guard offset < inside.byteCount else { throw .malformed }
      var byte = inside.byte(offset)
      offset += 1
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        guard offset < inside.byteCount else { throw .malformed }
        byte = inside.byte(offset)
        offset += 1
      }
      scratch.append(byte)
    }
    // Out of `self`, so that the elements may grow while it is read.
    var unescaped: [UInt8] = []
    swap(&unescaped, &scratch)
    defer { swap(&unescaped, &scratch) }
    try elements[0].append(text: unsafe unescaped.span.bytes)
  }
}
