/// money from its text, `-$1,234.50` under whichever lc_monetary: PostgreSQL always prints all its decimal places
/// (cash.c, `cash_out`), so its digits are the value in minor units, and symbols and separators mean nothing.
func minorUnits(text field: RawSpan) throws(ValueError) -> Int64 {
  var isNegative = false
  var hasDigits = false
  // Negative, as its range is one larger.
  var value: Int64 = 0
  for offset in 0..<field.byteCount {
    let character = field.byte(offset)
    let digit = character &- UInt8(ascii: "0")
    if character == UInt8(ascii: "-") || character == UInt8(ascii: "(") { isNegative = true }
    guard digit < 10 else { continue }
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.subtractingReportingOverflow(Int64(digit))
    guard !overflow, !carry else { throw .malformed }
    value = sum
    hasDigits = true
  }
  guard hasDigits, isNegative || value != .min else { throw .malformed }
  return isNegative ? value : -value
}
