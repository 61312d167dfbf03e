/// The text forms of the numbers: what int2out … numeric_out print, and nothing more liberal.
#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

@inline(__always)
func integer<T: FixedWidthInteger>(text field: RawSpan, _: T.Type) throws(ValueError) -> T {
  var offset = 0
  let isNegative = field.byteCount > 0 && field.byte(0) == UInt8(ascii: "-")
  if isNegative { offset = 1 }
  // 19 digits fit a UInt64 in any case; no integer type here prints more than 19.
  guard field.byteCount > offset, field.byteCount - offset <= 19 else { throw .malformed }
  var magnitude: UInt64 = 0
  while offset < field.byteCount {
    let digit = field.byte(offset) &- UInt8(ascii: "0")
    guard digit < 10 else { throw .malformed }
    magnitude = magnitude &* 10 &+ UInt64(digit)
    offset += 1
  }
  let value = isNegative ? 0 &- Int64(bitPattern: magnitude) : Int64(bitPattern: magnitude)
  guard magnitude <= UInt64(Int64.max) || (isNegative && value == .min),
    let result = T(exactly: value)
  else { throw .malformed }
  return result
}

/// The unscaled value of a decimal.
@inline(__always)
func decimal<T: FixedWidthInteger>(
  text field: RawSpan, precision: Int, scale: Int, _: T.Type
) throws(ValueError) -> T {
  var offset = 0
  let isNegative = field.byteCount > 0 && field.byte(0) == UInt8(ascii: "-")
  if isNegative { offset = 1 }
  guard field.byteCount > offset else { throw .malformed }
  guard field.byte(offset) &- UInt8(ascii: "0") < 10 else { throw specialNumeric(field, offset) }
  var value: T = 0
  // Significant digits so far, and digits after the point so far (−1 before it).
  var significant = 0
  var fraction = -1
  while offset < field.byteCount {
    let character = field.byte(offset)
    offset += 1
    if character == UInt8(ascii: ".") {
      guard fraction < 0 else { throw .malformed }
      fraction = 0
      continue
    }
    let digit = character &- UInt8(ascii: "0")
    guard digit < 10 else { throw .malformed }
    if fraction >= 0 {
      if fraction == scale {
        guard digit == 0 else { throw .tooManyDigits }
        continue
      }
      fraction += 1
    }
    if significant > 0 || digit > 0 { significant += 1 }
    guard significant <= precision else { throw .tooManyDigits }
    value = value &* 10 &+ T(truncatingIfNeeded: digit)
  }
  var missing = scale - max(fraction, 0)
  guard value == 0 || significant + missing <= precision else { throw .tooManyDigits }
  if value != 0 {
    while missing > 0 {
      value = value &* 10
      missing -= 1
    }
  }
  return isNegative ? 0 &- value : value
}

@inline(never)
private func specialNumeric(_ field: RawSpan, _ offset: Int) -> ValueError {
  if field.equals("NaN") { return .notANumber }
  return field.extracting(offset..<field.byteCount).equals("Infinity") ? .infinite : .malformed
}

/// Shortest digits that give the value back, as extra_float_digits ≥ 1 prints them.
func double(text field: RawSpan) throws(ValueError) -> Double {
  unsafe try parse(float: field, .nan, .infinity) { unsafe strtod($0, $1) }
}

func float(text field: RawSpan) throws(ValueError) -> Float {
  unsafe try parse(float: field, .nan, .infinity) { unsafe strtof($0, $1) }
}

private func parse<T: FloatingPoint>(
  float field: RawSpan, _ notANumber: T, _ infinity: T,
  _ convert: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
) throws(ValueError) -> T {
  guard field.byteCount > 0, field.byteCount < 64 else { throw .malformed }
  for offset in 0..<field.byteCount {
    switch field.byte(offset) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"):
      continue
    default:
      if field.equals("NaN") { return notANumber }
      if field.equals("Infinity") { return infinity }
      if field.equals("-Infinity") { return -infinity }
      throw .malformed
    }
  }
  let parsed: T? = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
    for offset in 0..<field.byteCount {
      unsafe buffer[offset] = CChar(bitPattern: field.byte(offset))
    }
    unsafe buffer[field.byteCount] = 0
    guard let start = buffer.baseAddress else { return nil }
    var end: UnsafeMutablePointer<CChar>?
    let value = unsafe convert(start, &end)
    return unsafe end == start + field.byteCount ? value : nil
  }
  guard let parsed else { throw .malformed }
  return parsed
}
