import PGWire
import TestSupport
import Testing

@testable import cdc_cli

/// Against a real server: the store fills, and a simulation changes exactly as many rows as it was asked to.
struct SimulationTests {
  private static let audit = """
    CREATE TABLE audit (operation text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NULL; END $$;
    """

  @Test("the store is filled, its keys hold, and it can be made anew")
  func fills() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      let settings = try ConnectionSettings(database.socketConnectionString)
      for scale in [0.002, 0.001] {
        try await StoreFiller(settings: settings, scale: StoreScale(scale, seed: 1)).run { _, _ in }
      }
      #expect(try await database.psql("SELECT count(*) FROM customer") == "30")
      #expect(
        try await database.psql(
          "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace")
          == "11")
      #expect(
        try await database.psql(
          "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace")
          == "11")
      let totals = try await database.psql(
        """
        SELECT count(*) FROM invoice i WHERE total <>
          (SELECT sum(unit_price * quantity) FROM invoice_line l WHERE l.invoice_id = i.invoice_id)
        """)
      #expect(totals == "0")
    }
  }

  @Test("a table of somebody else's is not replaced")
  func refusesForeignTables() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      try await database.psql("CREATE TABLE invoice (id int)")
      let settings = try ConnectionSettings(database.socketConnectionString)
      let error = await #expect(throws: UsageError.self) {
        try await StoreFiller(settings: settings, scale: StoreScale(0.001, seed: 1)).run { _, _ in }
      }
      #expect(error?.description.contains("table invoice") == true)
    }
  }

  @Test("changes come out as asked for", arguments: [(500, 700, 300), (1, 1, 1), (0, 50, 0), (0, 0, 200)])
  func counts(inserts: Int, updates: Int, deletes: Int) async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      let settings = try ConnectionSettings(database.socketConnectionString)
      try await StoreFiller(settings: settings, scale: StoreScale(0.002, seed: 1)).run { _, _ in }
      try await database.psql(
        Self.audit
          + StoreTable.all.map {
            "CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON \($0.name) FOR EACH ROW EXECUTE FUNCTION note();"
          }.joined())
      let counts = SalesSimulation.Counts(inserts: inserts, updates: updates, deletes: deletes)
      // Twice, so that the second meets what the first has left.
      for round in 1...2 {
        _ = try await SimulationRun(settings: settings, counts: counts, seed: 5).run()
        let found = try await database.psql("SELECT operation, count(*) FROM audit GROUP BY 1 ORDER BY 1")
        let expected = [("DELETE", deletes), ("INSERT", inserts), ("UPDATE", updates)].filter { $0.1 > 0 }
        #expect(found == expected.map { "\($0.0)|\($0.1 * round)" }.joined(separator: "\n"))
      }
    }
  }

  @Test("a simulation without a store says how to make one")
  func withoutStore() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      let settings = try ConnectionSettings(database.socketConnectionString)
      let error = await #expect(throws: UsageError.self) {
        let counts = SalesSimulation.Counts(inserts: 1, updates: 1, deletes: 1)
        _ = try await SimulationRun(settings: settings, counts: counts, seed: 5).run()
      }
      #expect(error?.description.contains("cdc demo") == true)
    }
  }
}
