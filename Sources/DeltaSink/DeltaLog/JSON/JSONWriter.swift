/// Writes compact JSON, a field after the other; commas are its business.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func object(_ fields: (inout JSONWriter) throws -> Void) rethrows {
    try enclose("{", "}", fields)
  }

  mutating func array(_ elements: (inout JSONWriter) throws -> Void) rethrows {
    try enclose("[", "]", elements)
  }

  private mutating func enclose(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ content: (inout JSONWriter) throws -> Void
  ) rethrows {
    separate()
    bytes.append(UInt8(ascii: opening))
    needsComma = false
    try content(&self)
    bytes.append(UInt8(ascii: closing))
    needsComma = true
  }

  mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func string(_ value: String) {
    separate()
    quote(value)
    needsComma = true
  }

  /// A number or a literal, as it is.
  mutating func bare(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  /// Ends a document of a newline-delimited file.
  mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  mutating func value(_ value: JSONValue) {
    switch value {
    case .null: bare("null")
    case .boolean(let value): bare(value ? "true" : "false")
    case .number(let text): bare(text)
    case .string(let text): string(text)
    case .array(let elements):
      array { writer in for element in elements { writer.value(element) } }
    case .object(let fields):
      object { writer in
        for field in fields {
          writer.name(field.name)
          writer.value(field.value)
        }
      }
    }
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// Whole fields; optional ones are left out where they are nil, as the protocol wants.
extension JSONWriter {
  mutating func field(_ name: String, _ value: String?) {
    guard let value else { return }
    self.name(name)
    string(value)
  }

  mutating func field(_ name: String, _ value: (some BinaryInteger)?) {
    guard let value else { return }
    self.name(name)
    bare(String(value))
  }

  mutating func field(_ name: String, _ value: Bool?) {
    guard let value else { return }
    self.name(name)
    bare(value ? "true" : "false")
  }

  mutating func field(_ name: String, _ value: [String]?) {
    guard let value else { return }
    self.name(name)
    array { writer in for element in value { writer.string(element) } }
  }

  /// Sorted by key, so that equal actions are equal bytes.
  mutating func field(_ name: String, _ value: [String: String?]?) {
    guard let value else { return }
    self.name(name)
    object { writer in
      for (key, value) in value.sorted(by: { $0.key < $1.key }) {
        writer.name(key)
        if let value { writer.string(value) } else { writer.bare("null") }
      }
    }
  }
}
