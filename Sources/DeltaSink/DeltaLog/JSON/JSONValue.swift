/// A JSON value as a tree, for the small documents whose shape is open: schemas, statistics, commit
/// provenance. Objects keep their order, numbers their text.
package indirect enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  /// As it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Field])

  package struct Field: Sendable, Hashable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }
}

extension JSONValue {
  static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// The text must be one JSON value and nothing else.
  init(parsing text: String) throws {
    var reader = JSONReader(Array(text.utf8))
    self = try reader.value()
    try reader.requireEnd()
  }

  /// Compact, on one line.
  package var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The field of an object; nil where there is none or this is no object.
  subscript(name: String) -> JSONValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }

  var fields: [Field]? { if case .object(let fields) = self { fields } else { nil } }
  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var string: String? { if case .string(let string) = self { string } else { nil } }
  var boolean: Bool? { if case .boolean(let boolean) = self { boolean } else { nil } }
  var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
}
