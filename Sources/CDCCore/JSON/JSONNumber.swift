/// A number in JSON by its value: `1.50`, `15e-1` and `1.5` are one.
struct JSONNumber: Equatable {
  private(set) var isNegative = false
  /// Without zeros before and after; none of zero.
  private(set) var digits: [UInt8] = []
  /// Of the last of `digits`.
  private(set) var exponent = 0
  /// Digits as they are written, but for zeros before; and those after the point.
  private var precision = 0
  private var scale = 0
  private var hasExponent = false

  static func == (a: JSONNumber, b: JSONNumber) -> Bool {
    a.isNegative == b.isNegative && a.digits == b.digits && a.exponent == b.exponent
  }

  /// - Parameter text: a number as JSON or Swift writes it.
  init(_ text: some Sequence<UInt8>) {
    var isAfterPoint = false
    var (power, powerIsNegative) = (0, false)
    for byte in text {
      switch byte {
      case UInt8(ascii: "-") where hasExponent: powerIsNegative = true
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isAfterPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): hasExponent = true
      case UInt8(ascii: "0")...UInt8(ascii: "9") where hasExponent:
        // Further than any number goes, and no overflow.
        power = min(power * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isAfterPoint { scale += 1 }
        if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
      default: continue
      }
    }
    precision = digits.count
    exponent = (powerIsNegative ? -power : power) - scale
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    // Of zeros there is one.
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }
}

/// Numbers as VARIANT keeps them. Source: Spark, VariantBuilder.java: what is written without an exponent and fits 38 digits,
/// before and after the point, is exact; anything else becomes a double.
extension JSONNumber {
  private var isExactInVariant: Bool { !hasExponent && precision <= 38 && scale <= 38 }

  /// By the shortest text that means the same double; nil beyond all doubles.
  private static func double(_ text: ArraySlice<UInt8>) -> JSONNumber? {
    guard let double = Double(String(decoding: text, as: UTF8.self)), double.isFinite else { return nil }
    return JSONNumber(double.description.utf8)
  }

  /// Whether the number is the same after it has been in a VARIANT.
  static func staysInVariant(_ text: ArraySlice<UInt8>) -> Bool {
    let number = JSONNumber(text)
    return number.isExactInVariant || double(text) == number
  }

  /// What VARIANT makes of it. A double may be printed with more digits than tell it from others, so these are compared as doubles.
  static func inVariant(_ text: ArraySlice<UInt8>) -> JSONNumber {
    let number = JSONNumber(text)
    return number.isExactInVariant ? number : double(text) ?? number
  }
}
