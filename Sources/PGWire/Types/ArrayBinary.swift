/// The binary form of arrays. Source: PostgreSQL, `array_send` (arrayfuncs.c): int32 dimensions, int32 has nulls, oid of the
/// element's type, for each dimension int32 length and int32 lower bound, then each element as int32 length
/// (−1: null) and value. The lower bound is not kept.
extension ColumnBuilder {
  mutating func append(binaryArray field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 12 else { throw .malformed }
    switch field.int32(0) {
    case 0: break
    case 1:
      guard field.byteCount >= 20 else { throw .malformed }
      let before = elements[0].count
      do throws(ValueError) {
        try appendElements(field, count: Int(field.int32(12)), from: 20)
      } catch {
        abandonElements(from: before)
        throw error
      }
    case 2...6: throw .dimensions
    default: throw .malformed
    }
    try endList()
  }

  private mutating func appendElements(
    _ field: RawSpan, count: Int, from start: Int
  ) throws(ValueError) {
    // Each element takes at least its length's four bytes.
    guard count >= 0, count <= (field.byteCount - start) / 4 else { throw .malformed }
    var offset = start
    for _ in 0..<count {
      guard field.byteCount - offset >= 4 else { throw .malformed }
      let length = Int(field.int32(offset))
      offset += 4
      if length == -1 {
        elements[0].appendNull()
        continue
      }
      guard length >= 0, field.byteCount - offset >= length else { throw .malformed }
      try elements[0].append(binary: field.extracting(offset..<(offset + length)))
      offset += length
    }
    guard offset == field.byteCount else { throw .malformed }
  }
}
