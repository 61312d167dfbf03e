/// Names and text as SQL spells them, so that nothing in them can end the literal that holds it. Databricks SQL reference,
/// "Identifiers" and "STRING type": a backtick in a name is doubled; in text a backslash escapes.
enum SQLText {
  /// In backticks, always.
  static func name(_ name: String) -> String {
    "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
  }

  static func name(_ parts: [String]) -> String { parts.map { name($0) }.joined(separator: ".") }

  static func names(_ names: [String]) -> String { names.map { name($0) }.joined(separator: ", ") }

  /// A string literal. `${` is broken up: Spark would take it for a variable, in literals too.
  static func string(_ text: String) -> String {
    var result = "'"
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": result += "\\'"
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "{" where previous == "$": result += "\\u007B"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    return result + "'"
  }

  /// A position in the log is 64 bits without a sign: a DECIMAL(20,0) holds each exactly.
  static func position(_ value: UInt64) -> String { "CAST(\(value) AS DECIMAL(20,0))" }
}
