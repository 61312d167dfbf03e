/// Publications: which tables' changes a stream carries. Source: PostgreSQL manual, "CREATE PUBLICATION", "pg_publication".
public struct Publication: Sendable, Hashable {
  public var name: String
  public var isForAllTables: Bool
  /// Of `insert`, `update`, `delete`, `truncate`.
  public var operations: Set<String>
  /// Changes of partitions are published as changes of the table that they are partitions of.
  public var isViaPartitionRoot: Bool
}

/// What a publication covers.
public enum PublicationScope: Sendable, Hashable {
  case tables([QualifiedName])
  case allTables
  /// From PostgreSQL 15 on.
  case schemas([String])
}

/// A schema's object, unquoted.
public struct QualifiedName: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var schema: String
  public var name: String

  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// For SQL: `"schema"."name"`
  public var quoted: String { SQLQuoting.identifier(schema, name) }
  /// For people: `schema.name`
  public var description: String { "\(schema).\(name)" }

  public static func < (a: QualifiedName, b: QualifiedName) -> Bool {
    (a.schema, a.name) < (b.schema, b.name)
  }
}

extension PostgresConnection {
  /// - Parameter viaPartitionRoot: partitions are one table (PostgreSQL 13 or later; before, leaves are published).
  /// - Parameter publish: `insert, update, delete, truncate` unless given.
  public func createPublication(
    _ name: String, for scope: PublicationScope, viaPartitionRoot: Bool = true, publish: [String]? = nil
  ) async throws {
    var options: [String] = []
    if let publish {
      options.append("publish = \(SQLQuoting.literal(publish.joined(separator: ", ")))")
    }
    if viaPartitionRoot && serverVersion >= 130000 { options.append("publish_via_partition_root = true") }
    let with = options.isEmpty ? "" : " WITH (\(options.joined(separator: ", ")))"
    try await query(
      "CREATE PUBLICATION \(SQLQuoting.identifier(name))\(try clause(scope))\(with)")
  }

  /// Makes the publication cover exactly these tables.
  public func setPublicationTables(_ name: String, _ tables: [QualifiedName]) async throws {
    try await query(
      "ALTER PUBLICATION \(SQLQuoting.identifier(name)) SET\(try clause(.tables(tables)).dropFirst(4))")
  }

  public func addPublicationTables(_ name: String, _ tables: [QualifiedName]) async throws {
    try await query(
      "ALTER PUBLICATION \(SQLQuoting.identifier(name)) ADD\(try clause(.tables(tables)).dropFirst(4))")
  }

  public func dropPublication(_ name: String) async throws {
    try await query("DROP PUBLICATION IF EXISTS \(SQLQuoting.identifier(name))")
  }

  /// Nil where there is no such publication in this database.
  public func publication(_ name: String) async throws -> Publication? {
    let found = try await query(
      "SELECT * FROM pg_catalog.pg_publication WHERE pubname = \(SQLQuoting.literal(name))")
    guard found.rows.count == 1 else { return nil }
    let operations = ["insert", "update", "delete", "truncate"].filter { found[0, "pub\($0)"] == "t" }
    return Publication(
      name: name, isForAllTables: found[0, "puballtables"] == "t", operations: Set(operations),
      isViaPartitionRoot: found[0, "pubviaroot"] == "t")
  }

  /// The tables that the publication covers now, however it was made.
  public func publicationTables(_ name: String) async throws -> [QualifiedName] {
    let found = try await query(
      """
      SELECT schemaname, tablename FROM pg_catalog.pg_publication_tables
      WHERE pubname = \(SQLQuoting.literal(name)) ORDER BY 1, 2
      """)
    return found.rows.map { QualifiedName(schema: $0[0] ?? "", name: $0[1] ?? "") }
  }

  private func clause(_ scope: PublicationScope) throws -> String {
    switch scope {
    case .allTables: return " FOR ALL TABLES"
    case .tables(let tables):
      if tables.isEmpty { return "" }
      return " FOR TABLE " + tables.map(\.quoted).joined(separator: ", ")
    case .schemas(let schemas):
      guard serverVersion >= 150000 else {
        throw PostgresError(
          .unsupported, "publishing whole schemas needs PostgreSQL 15 or later: name the tables instead")
      }
      return " FOR TABLES IN SCHEMA " + schemas.map { SQLQuoting.identifier($0) }.joined(separator: ", ")
    }
  }
}
