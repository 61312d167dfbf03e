/// The binary form of `numeric`: groups of four decimal digits. Source: PostgreSQL, `numeric_send` (numeric.c):
/// uint16 ndigits, int16 weight of the first group, uint16 sign, uint16 dscale, then ndigits × int16.

private let headerSize = 8
private let negative: UInt16 = 0x4000
private let notANumber: UInt16 = 0xC000
private let infinity: UInt16 = 0xD000
private let negativeInfinity: UInt16 = 0xF000

/// Where the groups stand and what they mean.
private struct NumericHeader {
  var groupCount: Int
  var weight: Int
  var sign: UInt16
  var displayScale: Int

  @inline(__always)
  init(_ field: RawSpan) throws(ValueError) {
    guard field.byteCount >= headerSize else { throw .malformed }
    // Unsigned: 131072 digits are 32768 groups.
    groupCount = Int(UInt16(bitPattern: field.int16(0)))
    weight = Int(field.int16(2))
    sign = UInt16(bitPattern: field.int16(4))
    displayScale = Int(field.int16(6))
    guard displayScale >= 0, field.byteCount == headerSize + groupCount * 2 else {
      throw .malformed
    }
  }
}

@inline(__always)
private func group(_ field: RawSpan, _ index: Int) -> Int16 { field.int16(headerSize + index * 2) }

/// The unscaled value of a decimal of at most 18 digits.
@inline(__always)
func decimal64(numeric field: RawSpan, precision: Int, scale: Int) throws(ValueError) -> Int64 {
  let header = try NumericHeader(field)
  // Up to four groups, none of them cut by the scale's end or cut where it is zero: nearly every value.
  guard header.groupCount <= 4, header.sign <= negative else {
    return Int64(
      truncatingIfNeeded: try decimal128(numeric: field, precision: precision, scale: scale))
  }
  var value: Int64 = 0
  for index in 0..<header.groupCount {
    let digits = group(field, index)
    guard digits >= 0, digits < 10_000 else { throw .malformed }
    value = value &* 10_000 &+ Int64(digits)
  }
  let exponent = (header.weight - header.groupCount + 1) * 4 + scale
  switch exponent {
  case 2: value &*= 100
  case 0: break
  case -2:
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 100)
    guard remainder == 0 else { throw .tooManyDigits }
    value = quotient
  default: value = try scaled(value, by: exponent)
  }
  guard value < powersOfTen[precision] else { throw .tooManyDigits }
  return header.sign == 0 ? value : 0 &- value
}

@inline(never)
private func scaled(_ value: Int64, by exponent: Int) throws(ValueError) -> Int64 {
  if value == 0 { return 0 }
  guard exponent > -19, exponent < 19 else { throw .tooManyDigits }
  if exponent < 0 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: powersOfTen[-exponent])
    guard remainder == 0 else { throw .tooManyDigits }
    return quotient
  }
  let (product, overflow) = value.multipliedReportingOverflow(by: powersOfTen[exponent])
  guard !overflow else { throw .tooManyDigits }
  return product
}

/// The unscaled value of a decimal of at most 38 digits.
@inline(never)
func decimal128(numeric field: RawSpan, precision: Int, scale: Int) throws(ValueError) -> Int128 {
  let header = try NumericHeader(field)
  switch header.sign {
  case 0, negative: break
  case notANumber: throw .notANumber
  case infinity, negativeInfinity: throw .infinite
  default: throw .malformed
  }
  var value: Int128 = 0
  for index in 0..<header.groupCount {
    let digits = Int(group(field, index))
    guard digits >= 0, digits < 10_000 else { throw .malformed }
    // The place of the group's last digit, counted from the last digit that the decimal keeps.
    let place = (header.weight - index) * 4 + scale
    if place >= 0 {
      try shift(&value, by: 10_000, adding: digits)
    } else {
      guard place > -4 || digits == 0 else { throw .tooManyDigits }
      guard place > -4 else { continue }
      let cut = Int(powersOfTen[-place])
      guard digits % cut == 0 else { throw .tooManyDigits }
      try shift(&value, by: 10_000 / cut, adding: digits / cut)
    }
  }
  let trailing = (header.weight - header.groupCount + 1) * 4 + scale
  if trailing > 0, value != 0 {
    guard trailing <= 38 else { throw .tooManyDigits }
    let (product, overflow) = value.multipliedReportingOverflow(by: powerOfTen128(trailing))
    guard !overflow else { throw .tooManyDigits }
    value = product
  }
  guard value < powerOfTen128(precision) else { throw .tooManyDigits }
  return header.sign == 0 ? value : -value
}

private func shift(_ value: inout Int128, by factor: Int, adding digits: Int) throws(ValueError) {
  let (product, overflow) = value.multipliedReportingOverflow(by: Int128(factor))
  let (sum, carry) = product.addingReportingOverflow(Int128(digits))
  guard !overflow, !carry else { throw .tooManyDigits }
  value = sum
}

extension [UInt8] {
  /// The exact text, as `numeric_out` prints it, `NaN` and the infinities included.
  mutating func append(numeric field: RawSpan) throws(ValueError) {
    let header = try NumericHeader(field)
    switch header.sign {
    case 0: break
    case negative: append(UInt8(ascii: "-"))
    case notANumber: return append(text: "NaN")
    case infinity: return append(text: "Infinity")
    case negativeInfinity: return append(text: "-Infinity")
    default: throw .malformed
    }
    if header.weight < 0 {
      append(UInt8(ascii: "0"))
    } else {
      for place in 0...header.weight {
        try append(
          group: place < header.groupCount ? group(field, place) : 0, isFirst: place == 0, digits: 4)
      }
    }
    guard header.displayScale > 0 else { return }
    append(UInt8(ascii: "."))
    var position = 0
    var left = header.displayScale
    while left > 0 {
      let index = header.weight + 1 + position
      let digits = index >= 0 && index < header.groupCount ? group(field, index) : 0
      try append(group: digits, isFirst: false, digits: Swift.min(left, 4))
      left -= 4
      position += 1
    }
  }

  /// The first `digits` of a group's four digits; the number's first group without its leading zeros.
  private mutating func append(group: Int16, isFirst: Bool, digits: Int) throws(ValueError) {
    guard group >= 0, group < 10_000 else { throw .malformed }
    var rest = Int(group)
    var unit = 1000
    var isLeading = isFirst
    for index in 0..<digits {
      let digit = rest / unit
      rest %= unit
      unit /= 10
      if isLeading, digit == 0, index < 3 { continue }
      isLeading = false
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
    }
  }
}
