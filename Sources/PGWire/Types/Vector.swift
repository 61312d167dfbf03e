/// pgvector's vector and halfvec, as lists of floats. Source: pgvector, vector.c and halfvec.c (`vector_send`,
/// `vector_out`): int16 dimensions, int16 unused, then each element as a big-endian float of 4 or 2 bytes.
extension ColumnBuilder {
  mutating func append(binaryVector field: RawSpan, elementSize: Int) throws(ValueError) {
    guard field.byteCount >= 4 else { throw .malformed }
    let count = Int(UInt16(bitPattern: field.int16(0)))
    guard field.byteCount == 4 + count * elementSize else { throw .malformed }
    elements[0].floats.reserveCapacity(elements[0].floats.count + count)
    for index in 0..<count {
      let offset = 4 + index * elementSize
      elements[0].floats.append(
        elementSize == 4
          ? field.float(offset) : Float(halfBits: UInt16(bitPattern: field.int16(offset))))
    }
    try endList()
  }

  /// `[1,2.5,-3e-10]`
  mutating func append(textVector field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 2, field.byte(0) == UInt8(ascii: "["),
      field.byte(field.byteCount - 1) == UInt8(ascii: "]")
    else { throw .malformed }
    let before = elements[0].count
    var offset = 1
    while offset < field.byteCount - 1 {
      let start = offset
      while field.byte(offset) != UInt8(ascii: ","), offset < field.byteCount - 1 { offset += 1 }
      do throws(ValueError) {
        elements[0].floats.append(try float(text: field.extracting(start..<offset)))
      } catch {
        abandonElements(from: before)
        throw error
      }
      offset += 1
    }
    try endList()
  }
}

extension Float {
  /// IEEE 754 binary16, which every Float holds exactly.
  init(halfBits bits: UInt16) {
    let fraction = Float(bits & 0x3FF)
    let exponent = Int(bits >> 10 & 0x1F)
    let magnitude: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
      }
    self = bits & 0x8000 == 0 || magnitude.isNaN ? magnitude : -magnitude
  }
}
