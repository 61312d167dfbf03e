import CDCCore

/// What the role may do with a table.
struct TableRights: Sendable {
  var maySelect: Bool
  var mayUseSchema: Bool
  /// Can publish it.
  var isOwner: Bool
  /// Row-level security hides rows from the role.
  var hidesRows: Bool

  static func read(
    _ tables: [CatalogTable], from connection: PostgresConnection
  ) async throws -> [UInt32: TableRights] {
    let oids = "{" + tables.map { String($0.oid) }.joined(separator: ",") + "}"
    let result = try await connection.query(
      """
      SELECT c.oid, has_table_privilege(c.oid, 'SELECT'), has_schema_privilege(c.relnamespace, 'USAGE'),
        pg_has_role(c.relowner, 'USAGE'), row_security_active(c.oid)
      FROM pg_class c WHERE c.oid = ANY ($1::oid[])
      """, [oids])
    var rights: [UInt32: TableRights] = [:]
    for row in result.rows where row.count == 5 {
      guard let oid = row[0].flatMap(UInt32.init) else { continue }
      rights[oid] = TableRights(
        maySelect: row[1] == "t", mayUseSchema: row[2] == "t", isOwner: row[3] == "t",
        hidesRows: row[4] == "t")
    }
    return rights
  }
}

/// What there is to say about the tables that are to be captured.
struct TableFindings {
  let tables: [CatalogTable]
  /// In the order of `tables`.
  let layouts: [TableLayout]
  let resources: ResourceList
  let rights: [UInt32: TableRights]
  let user: String
  /// In the order of `tables`.
  let leaves: [[SnapshotLeaf]]

  var all: [CheckFinding] { [found, mayRead] + [hidden].compactMap(\.self) + restricted + elsewhere }

  private var found: CheckFinding {
    var counts: [WriteDisposition: Int] = [:]
    for layout in layouts { counts[resources.disposition(of: layout.schema), default: 0] += 1 }
    let words: [(WriteDisposition, String)] = [
      (.merge, "merged by key"), (.softDelete, "merged with soft deletes"), (.scd2, "kept in all versions"),
      (.insertOnly, "only added to"), (.append, "appended"), (.replace, "replaced by loads only"),
    ]
    let parts = words.compactMap { disposition, word in counts[disposition].map { "\($0) \(word)" } }
    return CheckFinding("tables", .ok, "\(tables.count) found: \(parts.joined(separator: ", "))")
  }

  private var mayRead: CheckFinding {
    let unreadable = tables.filter { rights[$0.oid]?.maySelect != true }
    let schemas = Set(tables.filter { rights[$0.oid]?.mayUseSchema != true }.map(\.schema)).sorted()
    guard !unreadable.isEmpty || !schemas.isEmpty else {
      return CheckFinding("select", .ok, "\(user) may read them")
    }
    let role = SQLQuoting.identifier(user)
    var statements = schemas.map { "GRANT USAGE ON SCHEMA \(SQLQuoting.identifier($0)) TO \(role);" }
    if !unreadable.isEmpty {
      statements.append("GRANT SELECT ON \(unreadable.map(\.quotedName).joined(separator: ", ")) TO \(role);")
    }
    let names = unreadable.map(\.tableName.description) + schemas.map { "schema \($0)" }
    return CheckFinding(
      "select", .failed, "\(user) may not read \(names.joined(separator: ", "))",
      advice: "Let the owner grant it.", statements: statements)
  }

  /// A load would silently lack the rows.
  private var hidden: CheckFinding? {
    let hidden = tables.filter { rights[$0.oid]?.hidesRows == true }
    guard !hidden.isEmpty else { return nil }
    return CheckFinding(
      "row security", .failed,
      "policies hide rows of \(hidden.map(\.tableName.description).joined(separator: ", ")) from \(user)",
      advice: "Let a superuser exempt the role, or leave the tables out.",
      statements: ["ALTER ROLE \(SQLQuoting.identifier(user)) BYPASSRLS;"])
  }

  private var restricted: [CheckFinding] {
    tables.enumerated().compactMap { index, table in
      let key = layouts[index].schema.hasKey || layouts[index].isMergedByRow
      if table.hasUsableIdentity {
        guard !key else { return nil }
        guard table.kind != "p" || table.primaryKey.isEmpty else {
          return CheckFinding(
            "table \(table.tableName)", .remark,
            "has partitions whose replica identity lacks its primary key, so every change is appended as a row and "
              + "nothing is merged",
            advice: "Run ALTER TABLE … REPLICA IDENTITY DEFAULT for each of its partitions.")
        }
        return CheckFinding(
          "table \(table.tableName)", .remark,
          "has no key, so every change is appended as a row and nothing is merged",
          advice:
            "Give it a primary key, or name columns that are unique as its key in a [[table]] of cdc.toml.")
      }
      return CheckFinding(
        "table \(table.tableName)", .remark,
        identityTrouble(table) + ": only its inserts and truncations are captured, "
          + "and they are appended",
        advice: "Give it a primary key, or let the log carry whole rows.",
        statements: ["ALTER TABLE \(table.quotedName) REPLICA IDENTITY FULL;"])
    }
  }

  /// Partitions that are foreign tables are read like the others, by loads.
  private var elsewhere: [CheckFinding] {
    zip(tables, leaves).compactMap { table, leaves in
      let foreign = leaves.filter(\.isForeign).map(\.quotedName)
      guard !foreign.isEmpty else { return nil }
      return CheckFinding(
        "table \(table.tableName)", .remark,
        "has partitions on another server (\(foreign.joined(separator: ", "))): they are loaded, but this server's log "
          + "has none of their changes",
        advice: "Load the table again when they have changed, or copy them from where they are.")
    }
  }

  private func identityTrouble(_ table: CatalogTable) -> String {
    if table.kind == "p" { return "has partitions without a replica identity" }
    return switch table.replicaIdentity {
    case "n": "has REPLICA IDENTITY NOTHING"
    case "i": "has lost the index of its REPLICA IDENTITY USING INDEX"
    default: "has no primary key"
    }
  }
}
