import CDCCore

/// Whether the pipeline's publications are there, or can be made by this role.
struct PublicationFinding {
  let name: String
  let insertName: String
  let tables: [CatalogTable]
  let rights: [UInt32: TableRights]
  let facts: ServerFacts
  /// What the publications hold now; nil where there is none.
  let published: Set<UInt32>?
  let publishedInserts: Set<UInt32>?
  /// What those that are there let through.
  let reaches: [PublicationReach]

  var finding: CheckFinding {
    if let thin = reaches.first(where: { $0.shortcoming != nil }) { return finding(thin) }
    let missing = wanted.filter { $0.published != Set($0.tables.map(\.oid)) }
    guard !missing.isEmpty else { return CheckFinding("publication", .ok, "\(name) holds these tables") }
    let foreign = tables.filter { rights[$0.oid]?.isOwner != true }
    if facts.isStandby {
      return CheckFinding(
        "publication", .failed,
        "\(name) is \(published == nil ? "missing" : "out of date"), and a standby takes no changes",
        advice: "Let the tables' owner make it at the primary; the pipeline then takes it as it is.",
        statements: missing.map(\.statement))
    }
    if foreign.isEmpty, facts.mayCreate {
      return CheckFinding(
        "publication", .ok,
        published == nil
          ? "the first full load makes \(name)" : "the next full load brings \(name) up to date")
    }
    let reason =
      foreign.isEmpty
      ? "\(facts.user) may not create in database \(facts.database)"
      : "\(facts.user) does not own \(foreign.map(\.tableName.description).joined(separator: ", "))"
    return CheckFinding(
      "publication", .failed, "\(name) is \(published == nil ? "missing" : "out of date"), and \(reason)",
      advice: "Let the tables' owner make it; the pipeline then takes it as it is.",
      statements: missing.map(\.statement))
  }

  private func finding(_ thin: PublicationReach) -> CheckFinding {
    let name = thin.publication.name
    let statements =
      thin.publication.isForAllTables
      ? ["DROP PUBLICATION \(SQLQuoting.identifier(name));"]
        + wanted.filter { $0.name == name }.map { wanted in
          var wanted = wanted
          wanted.published = nil
          return wanted.statement
        } : ["\(thin.remedy);"]
    return CheckFinding(
      "publication", .failed, "\(name) \(thin.shortcoming ?? "")",
      advice: "Let its owner alter it, then load the tables again that were copied before.",
      statements: statements)
  }

  private struct Wanted {
    var name: String
    var operations: String
    var tables: [CatalogTable]
    var published: Set<UInt32>?
    /// The option for generated columns, where the server has it.
    var generated: String

    var statement: String {
      let list = tables.map(\.quotedName).joined(separator: ", ")
      guard published == nil else {
        return "ALTER PUBLICATION \(SQLQuoting.identifier(name)) SET TABLE \(list);"
      }
      return "CREATE PUBLICATION \(SQLQuoting.identifier(name))\(tables.isEmpty ? "" : " FOR TABLE \(list)") "
        + "WITH (publish = '\(operations)', publish_via_partition_root = true\(generated));"
    }
  }

  private var wanted: [Wanted] {
    let identified = tables.filter(\.hasUsableIdentity)
    let others = tables.filter { !$0.hasUsableIdentity }
    let generated = facts.version >= 180_000 ? ", publish_generated_columns = stored" : ""
    var wanted = [
      Wanted(
        name: name, operations: "insert, update, delete, truncate", tables: identified, published: published,
        generated: generated)
    ]
    if !others.isEmpty {
      wanted.append(
        Wanted(
          name: insertName, operations: "insert, truncate", tables: others, published: publishedInserts,
          generated: generated))
    }
    return wanted
  }
}
