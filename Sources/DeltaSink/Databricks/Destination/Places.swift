/// Makes the schemas, the volume and the state tables that are not there yet.
struct Places {
  private let session: DatabricksSession

  init(_ session: DatabricksSession) { self.session = session }

  func create() async throws {
    guard session.options.createsMissing else {
      throw DatabricksError(
        .notFound,
        "The schema \(session.layout.catalog).\(session.layout.schema) or its state tables are missing, and the "
          + "settings say that nothing is created. Create them, or let cdc do it.")
    }
    let statements = PlaceStatements(layout: session.layout)
    do {
      try await create(statements.createSchema, "CREATE SCHEMA ON CATALOG \(session.layout.catalog)")
    } catch let error as DatabricksError where error.isMissingPlace {
      try await create(statements.createCatalog, "CREATE CATALOG ON METASTORE")
      try await create(statements.createSchema, "CREATE SCHEMA ON CATALOG \(session.layout.catalog)")
    }
    if session.layout.stagingSchema != session.layout.schema {
      try await create(statements.createStagingSchema, "CREATE SCHEMA ON CATALOG \(session.layout.catalog)")
    }
    let staging = "\(session.layout.catalog).\(session.layout.stagingSchema)"
    try await create(statements.createVolume, "CREATE VOLUME ON SCHEMA \(staging)")
    for statement in StateTables(layout: session.layout).statements {
      try await create(statement, "CREATE TABLE ON SCHEMA \(session.layout.catalog).\(session.layout.schema)")
    }
  }

  private func create(_ statement: String, _ right: String) async throws {
    do {
      try await session.execute(statement)
    } catch var error as DatabricksError where error.code == .permissionDenied {
      error.message =
        "The principal may not create what is missing. Grant it: GRANT \(right) TO `principal`. "
        + error.message
      throw error
    }
  }
}
