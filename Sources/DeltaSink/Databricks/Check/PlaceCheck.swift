import CDCCore

/// Whether catalog, schemas and volume are there, or can be made.
struct PlaceCheck {
  let session: DatabricksSession
  let privileges: Privileges
  let report: (CheckFinding) -> Void
  private var layout: DatabricksLayout { session.layout }
  private var statements: PlaceStatements { PlaceStatements(layout: layout) }

  /// - Returns: false where what comes next cannot be tried.
  func schemas() async -> Bool {
    guard let schemas = await catalog() else { return false }
    var wanted = [(layout.schema, statements.createSchema, "schema")]
    if layout.stagingSchema != layout.schema {
      wanted.append((layout.stagingSchema, statements.createStagingSchema, "staging schema"))
    }
    var areThere = true
    for (name, statement, what) in wanted {
      if schemas.contains(name) {
        report(CheckFinding(what, .ok, "\(layout.catalog).\(name)"))
      } else {
        areThere =
          await create(what, "\(layout.catalog).\(name)", statement, [privileges.createSchemas]) && areThere
      }
    }
    return areThere
  }

  /// The names of the schemas that are there and can be seen; nil where the catalog cannot be used.
  private func catalog() async -> Set<String>? {
    let query = """
      SELECT schema_name FROM \(SQLText.name([layout.catalog, "information_schema", "schemata"]))
      WHERE schema_name IN (\(SQLText.string(layout.schema)), \(SQLText.string(layout.stagingSchema)))
      """
    do {
      let rows = try await session.execute(query).rows
      report(CheckFinding("catalog", .ok, layout.catalog))
      return Set(rows.compactMap { $0.first ?? nil })
    } catch let error as DatabricksError where error.isMissingPlace {
      let grants = [statements.createCatalog + ";", privileges.createSchemas]
      guard await create("catalog", layout.catalog, statements.createCatalog, grants) else { return nil }
      return []
    } catch {
      report(failure("catalog", layout.catalog, error, grants: [privileges.createSchemas]))
      return nil
    }
  }

  /// - Returns: false where no file can be tried.
  func volume() async -> Bool {
    let name = "\(layout.catalog).\(layout.stagingSchema).\(layout.volume)"
    do {
      if try await session.files.list(layout.volumePath) != nil {
        report(CheckFinding("volume", .ok, name))
        return true
      }
      return await create(
        "volume", name, statements.createVolume, [privileges.useCatalog, privileges.createVolume])
    } catch let error as DatabricksError where error.code == .permissionDenied {
      report(failure("volume", name, error, grants: privileges.useVolume))
      return false
    } catch {
      report(failure("volume", name, error, grants: []))
      return false
    }
  }

  private func create(_ what: String, _ name: String, _ statement: String, _ grants: [String]) async -> Bool {
    guard session.options.createsMissing else {
      report(
        CheckFinding(
          what, .failed, "\(name) is not there", advice: "Create it.", statements: [statement + ";"]))
      return false
    }
    do {
      try await session.execute(statement)
      report(CheckFinding(what, .ok, "\(name), created now"))
      return true
    } catch {
      report(failure(what, name, error, grants: grants))
      return false
    }
  }

  private func failure(_ what: String, _ name: String, _ error: any Error, grants: [String]) -> CheckFinding {
    let isDenied = (error as? DatabricksError)?.code == .permissionDenied
    return CheckFinding(
      what, .failed, "\(name): \(DatabricksCheck.reason(error))",
      advice: isDenied ? "Let its owner, or an administrator, create it or grant what is needed:" : nil,
      statements: isDenied ? grants : [])
  }
}
