/// Decimals as exact text: the unscaled value with its point.
package enum DecimalText {
  package static func format(_ unscaled: Int128, scale: Int) -> String {
    guard scale > 0 else { return String(unscaled) }
    let digits = String(unscaled.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
  }

  /// The unscaled value; nil where the number has more digits after the point than `scale`, or too many at
  /// all.
  package static func parse(_ text: String, scale: Int) -> Int128? {
    let halves = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard halves.count <= 2, let mantissa = halves.first,
      let exponent = halves.count == 2 ? Int(halves[1]) : 0, (-100...100).contains(exponent)
    else { return nil }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    var shift = scale + exponent - fraction.count
    var digits = String(parts[0] + fraction)
    while shift < 0, digits.hasSuffix("0"), digits.count > 1 {
      digits.removeLast()
      shift += 1
    }
    guard shift >= 0, digits.count + shift <= 45 else { return nil }
    return Int128(digits + String(repeating: "0", count: shift))
  }
}
