/// JSON objects of names and texts, as the quarantine keeps rows and keys.
package struct JSONText: Sendable {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  package init() {}

  /// The object so far.
  package var text: String { String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self) }

  package mutating func add(_ name: String, text: [UInt8]) {
    begin(name)
    append(string: text)
  }

  /// A number, `true`, `false` or `null`.
  package mutating func add(_ name: String, literal: [UInt8]) {
    begin(name)
    bytes += literal
  }

  package mutating func add(_ name: String, _ value: Value, _ type: ColumnType) {
    switch value {
    case .null: add(name, literal: Array("null".utf8))
    case .boolean, .integer:
      switch type {
      case .boolean, .short, .int, .long: add(name, literal: Array(value.text(as: type).utf8))
      default: add(name, text: Array(value.text(as: type).utf8))
      }
    default: add(name, text: Array(value.text(as: type).utf8))
    }
  }

  private mutating func begin(_ name: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    append(string: Array(name.utf8))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(string: [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
      case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
      case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
      case 0..<32:
        let digits = String(byte, radix: 16)
        bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONText {
  /// The values of an object of plain values, in order: what stays the same where a column of the key is renamed.
  static func values(of object: String) -> String {
    var values: [UInt8] = []
    var isInString = false
    var isEscaped = false
    var isName = true
    for byte in object.utf8.dropFirst().dropLast() {
      if !isInString, isName, byte == UInt8(ascii: ":") {
        isName = false
        continue
      }
      if !isInString, byte == UInt8(ascii: ",") { isName = true }
      if !isName || (!isInString && byte == UInt8(ascii: ",")) { values.append(byte) }
      if isEscaped {
        isEscaped = false
      } else if isInString, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString.toggle()
      }
    }
    return String(decoding: values, as: UTF8.self)
  }
}

extension RowBatch {
  /// The key of a row as a JSON object: equal texts are equal keys. Nil where the table has no key, or the row none.
  package func keyText(_ row: Int) -> String? {
    guard table.hasKey, !table.key.contains(where: { columns[$0].isNull(row) }) else { return nil }
    var json = JSONText()
    for column in table.key {
      json.add(table.columns[column].name, columns[column].value(at: row), table.columns[column].type)
    }
    return json.text
  }
}
