/// Paths of files in the log are URIs (RFC 2396): percent-encoded there, plain here.
enum PathEncoding {
  static func encode(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/") || path.contains(":/")
    // A colon in the first part of a relative path would read as a scheme's.
    return PercentEncoding.encode(path) { kept.contains($0) || ($0 == UInt8(ascii: ":") && isAbsolute) }
  }

  /// What may stand in a path, beside the unreserved characters.
  private static let kept = Set("/=,@+!$&'()*;".utf8)

  /// A `%` that does not begin an escape stands for itself, as some writers have it; so does one whose bytes
  /// would not be UTF-8.
  static func decode(_ text: String) -> String {
    let source = text.utf8
    guard source.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var index = source.startIndex
    while index < source.endIndex {
      let byte = source[index]
      let rest = source[source.index(after: index)...].prefix(2)
      if byte == UInt8(ascii: "%"), rest.count == 2, let value = hexadecimal(Array(rest)) {
        bytes.append(value)
        index = source.index(index, offsetBy: 3)
      } else {
        bytes.append(byte)
        index = source.index(after: index)
      }
    }
    return String(validating: bytes, as: UTF8.self) ?? text
  }

  private static func hexadecimal(_ digits: [UInt8]) -> UInt8? {
    guard digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
