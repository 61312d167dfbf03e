/// The GRANT statements that a pipeline's principal needs, each for one object. Source: Databricks manual, "Unity Catalog
/// privileges and securable objects". Whoever creates an object owns it and needs no grant on it.
struct Privileges: Sendable, Hashable {
  let layout: DatabricksLayout
  /// A user's e-mail address, or a service principal's application id.
  let principal: String

  private var grantee: String { "TO \(SQLText.name(principal));" }
  private var catalog: String { SQLText.name(layout.catalog) }
  private var schema: String { SQLText.name([layout.catalog, layout.schema]) }
  private var staging: String { SQLText.name([layout.catalog, layout.stagingSchema]) }
  private var volume: String { SQLText.name([layout.catalog, layout.stagingSchema, layout.volume]) }

  var useCatalog: String { "GRANT USE CATALOG ON CATALOG \(catalog) \(grantee)" }
  /// To create the two schemas and own them.
  var createSchemas: String { "GRANT USE CATALOG, CREATE SCHEMA ON CATALOG \(catalog) \(grantee)" }
  var createVolume: String { "GRANT USE SCHEMA, CREATE VOLUME ON SCHEMA \(staging) \(grantee)" }
  var useVolume: [String] {
    [
      useCatalog, "GRANT USE SCHEMA ON SCHEMA \(staging) \(grantee)",
      "GRANT READ VOLUME, WRITE VOLUME ON VOLUME \(volume) \(grantee)",
    ]
  }
  /// To create tables, own them, and change those that somebody else has created.
  var writeTables: [String] {
    [useCatalog, "GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA \(schema) \(grantee)"]
  }
}

extension DatabricksOptions {
  /// The GRANT statements that give a principal what a pipeline into this dataset needs, whoever has made its tables; beside
  /// them it needs *Can use* on the warehouse. The principal is named where the settings do.
  public var grants: [String] {
    let principal =
      if case .oauthM2M(let id, _) = workspace.credentials { id } else { "the principal" }
    let privileges = Privileges(layout: layout, principal: principal)
    return privileges.writeTables + privileges.useVolume.dropFirst()
  }
}
