/// A table's schema as the log holds it: with column metadata, and with types that this package cannot copy.
/// PROTOCOL.md, "Schema Serialization Format".
package struct DeltaSchema: Sendable, Hashable {
  package var fields: [DeltaField]

  package init(fields: [DeltaField]) { self.fields = fields }
}

package struct DeltaField: Sendable, Hashable {
  package var name: String
  package var type: DeltaType
  package var nullable: Bool
  /// Column metadata in its order; unknown keys are kept.
  package var metadata: [JSONValue.Field]

  package init(name: String, type: DeltaType, nullable: Bool = true, metadata: [JSONValue.Field] = []) {
    self.name = name
    self.type = type
    self.nullable = nullable
    self.metadata = metadata
  }

  subscript(metadata key: String) -> JSONValue? {
    get { metadata.first { $0.name == key }?.value }
    set {
      let position = metadata.firstIndex { $0.name == key }
      switch (position, newValue) {
      case (let position?, let value?): metadata[position].value = value
      case (let position?, nil): metadata.remove(at: position)
      case (nil, let value?): metadata.append(.init(name: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

package indirect enum DeltaType: Sendable, Hashable {
  /// By Delta's name: `long`, `decimal(10,2)`, `variant`, …
  case primitive(String)
  case array(element: DeltaType, containsNull: Bool)
  case map(key: DeltaType, value: DeltaType, valueContainsNull: Bool)
  case structure([DeltaField])
}

extension DeltaSchema {
  init(schemaString: String) throws {
    let value = try JSONValue(parsing: schemaString)
    guard case .structure(let fields) = try DeltaType(value) else {
      throw JSONReader.Malformed(description: "the schema is not a struct")
    }
    self.fields = fields
  }

  package var schemaString: String { DeltaType.structure(fields).json.text }

  /// All fields, nested ones included, parents first.
  func forEachField(_ body: (DeltaField) throws -> Void) rethrows {
    func visit(_ type: DeltaType) throws {
      switch type {
      case .primitive: break
      case .array(let element, _): try visit(element)
      case .map(let key, let value, _):
        try visit(key)
        try visit(value)
      case .structure(let fields):
        for field in fields {
          try body(field)
          try visit(field.type)
        }
      }
    }
    try rethrowing { try visit(.structure(fields)) }
  }

  private func rethrowing(_ body: () throws -> Void) rethrows { try body() }
}

extension DeltaType {
  init(_ json: JSONValue) throws {
    if case .string(let name) = json {
      self = .primitive(name)
      return
    }
    switch json["type"]?.string {
    case "struct":
      self = .structure(try Self.required(json["fields"]?.elements, "fields").map(DeltaField.init))
    case "array":
      self = .array(
        element: try DeltaType(Self.required(json["elementType"], "elementType")),
        containsNull: json["containsNull"]?.boolean ?? true)
    case "map":
      self = .map(
        key: try DeltaType(Self.required(json["keyType"], "keyType")),
        value: try DeltaType(Self.required(json["valueType"], "valueType")),
        valueContainsNull: json["valueContainsNull"]?.boolean ?? true)
    default: throw JSONReader.Malformed(description: "a type in the schema is none of Delta's")
    }
  }

  fileprivate static func required<T>(_ value: T?, _ name: String) throws -> T {
    guard let value else { throw JSONReader.Malformed(description: "the schema lacks \(name)") }
    return value
  }

  var json: JSONValue {
    switch self {
    case .primitive(let name): .string(name)
    case .array(let element, let containsNull):
      .object([
        .init(name: "type", value: .string("array")), .init(name: "elementType", value: element.json),
        .init(name: "containsNull", value: .boolean(containsNull)),
      ])
    case .map(let key, let value, let valueContainsNull):
      .object([
        .init(name: "type", value: .string("map")), .init(name: "keyType", value: key.json),
        .init(name: "valueType", value: value.json),
        .init(name: "valueContainsNull", value: .boolean(valueContainsNull)),
      ])
    case .structure(let fields):
      .object([
        .init(name: "type", value: .string("struct")),
        .init(name: "fields", value: .array(fields.map(\.json))),
      ])
    }
  }
}

extension DeltaField {
  fileprivate init(_ json: JSONValue) throws {
    self.init(
      name: try DeltaType.required(json["name"]?.string, "a field's name"),
      type: try DeltaType(DeltaType.required(json["type"], "a field's type")),
      nullable: json["nullable"]?.boolean ?? true, metadata: json["metadata"]?.fields ?? [])
  }

  fileprivate var json: JSONValue {
    .object([
      .init(name: "name", value: .string(name)), .init(name: "type", value: type.json),
      .init(name: "nullable", value: .boolean(nullable)),
      .init(name: "metadata", value: .object(metadata)),
    ])
  }
}
