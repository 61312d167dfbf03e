import PGWire
import TestSupport
import Testing

@Suite struct ErrorTests {
  @Test func aServersErrorCarriesItsSQLStateAndPlace() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE shop (id int PRIMARY KEY); INSERT INTO shop VALUES (42)")
      let connection = try await PostgresConnection.connect(database.connectionString)
      let error = try #require(
        await #expect(throws: PostgresError.self) {
          try await connection.query("INSERT INTO shop VALUES (42)")
        })
      #expect(error.code == .server)
      #expect(error.sqlState == "23505")
      #expect(error.severity == "ERROR")
      #expect(error.table == "shop")
      #expect(error.schema == "public")
      #expect(error.constraint == "shop_pkey")
      #expect(!error.isRetryable)
      #expect(!error.description.contains("42)"), "a row's value appears: \(error)")
      await connection.close()
    }
  }

  @Test func valuesInMessagesAreNotPrinted() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    let error = try #require(
      await #expect(throws: PostgresError.self) {
        try await connection.query("SELECT $1::int", ["hunter2"])
      })
    #expect(error.sqlState == "22P02")
    #expect(!error.description.contains("hunter2"))
    await connection.close()
  }

  @Test func aMissingDatabaseIsToldBySQLStateAndNotRetried() async throws {
    let error = try #require(
      await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect(PostgresServer.shared().connectionString(database: "nowhere"))
      })
    #expect(error.code == .connectionFailed)
    #expect(error.sqlState == "3D000")
    #expect(!error.isRetryable)
    #expect(error.description.contains("nowhere"))
    #expect(!error.description.contains("LOCATION"))
  }

  @Test func anAbsentServerIsRetryable() async throws {
    let error = try #require(
      await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect("host=127.0.0.1 port=1 user=postgres")
      })
    #expect(error.code == .connectionFailed)
    #expect(error.isRetryable)
  }

  @Test func aTerminatedConnectionIsRetryable() async throws {
    let server = try await PostgresServer.shared()
    let connection = try await PostgresConnection.connect(server.connectionString())
    let pid = await connection.backendPID
    let query = Task { try await connection.query("SELECT pg_sleep(60)") }
    try await Task.sleep(for: .milliseconds(200))
    try await server.psql("SELECT pg_terminate_backend(\(pid))", database: "postgres")
    let error = try #require(await #expect(throws: PostgresError.self) { try await query.value })
    #expect(error.sqlState == "57P01")
    #expect(error.isRetryable)
    #expect(await connection.isUsable == false)
  }

  @Test(arguments: [
    "postgresql://user:s3cret@ho%zst/db", "postgresql://user:s3cret@host/db?nonsense=s3cret",
    "host=h password=s3cret nonsense", "password='s3cret", "postgresql://u:s3cret@[::1/db",
    "host=h password=x\"y z\"s3cret", "host=h password=x\"s3cret\"y z\"s3cret",
  ])
  func aPasswordInABadConnectionStringIsNotPrinted(conninfo: String) {
    let error = #expect(throws: PostgresError.self) { try ConnectionSettings(conninfo) }
    #expect(error?.code == .invalidConnectionString)
    #expect(error.map { !"\($0)".contains("s3cret") } ?? false, "\(String(describing: error))")
  }

  @Test func settingsArePrintedWithoutPassword() throws {
    let settings = try ConnectionSettings("postgresql://ann:s3cret@db:5433/shop?sslmode=require")
    #expect(settings.redacted == "postgresql://ann@db:5433/shop")
    #expect(settings["sslmode"] == "require")
    var dumped = "\(settings) \(String(reflecting: settings))"
    dump(settings, to: &dumped)
    #expect(!dumped.contains("s3cret"))
  }

  @Test(arguments: [
    ("08006", true), ("08P01", false), ("57P01", true), ("57P03", true), ("57P04", false), ("53300", true),
    ("40001", true), ("40P01", true), ("55006", true), ("28P01", false), ("42P01", false), ("22P02", false),
  ])
  func retriesFollowTheSQLState(sqlState: String, isRetryable: Bool) {
    #expect(PostgresError(.server, "", sqlState: sqlState).isRetryable == isRetryable)
  }
}
