/// A table's name within its schema (in dlt: dataset), unquoted, exactly as the catalog spells it.
public struct TableName: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  public let schema: String
  public let name: String

  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// `schema.name`, for people; never for SQL, which needs each part quoted.
  public var description: String { schema.isEmpty ? name : "\(schema).\(name)" }

  public static func < (a: TableName, b: TableName) -> Bool {
    (a.schema, a.name) < (b.schema, b.name)
  }
}
