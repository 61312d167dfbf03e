import Foundation
import TestSupport
import Testing

@testable import PGWire

@Suite struct ConnectionTests {
  @Test(arguments: ["url", "keywords", "socket"])
  func everyFormOfConninfoConnects(form: String) async throws {
    try await PostgresServer.shared().withDatabase { database in
      let port = database.server.port
      let conninfo =
        switch form {
        case "url": database.connectionString
        case "keywords": "host=127.0.0.1 port=\(port) user=postgres dbname='\(database.name)'"
        default: database.socketConnectionString
        }
      let connection = try await PostgresConnection.connect(
        conninfo, parameters: ["application_name": "form-\(form)"])
      let answer = try await connection.query(
        "SELECT current_database(), current_setting('application_name')")
      #expect(answer.rows == [[database.name, "form-\(form)"]])
      await connection.close()
    }
  }

  @Test func aPassfileLogsInWithAPasswordAndAWrongOneIsRefused() async throws {
    let server = try await PostgresServer.start()
    try await server.psql("CREATE ROLE ann LOGIN PASSWORD 'pa:ss word'", database: "postgres")
    let hba = URL(fileURLWithPath: server.dataDirectory + "/pg_hba.conf")
    let rules = try String(contentsOf: hba, encoding: .utf8)
    let handle = try FileHandle(forWritingTo: hba)
    try handle.write(contentsOf: Data(("host all ann 127.0.0.1/32 scram-sha-256\n" + rules).utf8))
    try handle.close()
    try await server.psql("SELECT pg_reload_conf(), pg_sleep(0.3)", database: "postgres")

    let directory = try TemporaryDirectory()
    let passfile = directory.path("pass")
    try Data("127.0.0.1:\(server.port):*:ann:pa\\:ss word\n".utf8).write(to: URL(fileURLWithPath: passfile))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passfile)
    let conninfo = "host=127.0.0.1 port=\(server.port) user=ann dbname=postgres"
    let connection = try await PostgresConnection.connect(conninfo, parameters: ["passfile": passfile])
    #expect(try await connection.query("SELECT current_user").scalar == "ann")
    await connection.close()

    let error = try #require(
      await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect(conninfo, parameters: ["password": "hunter2"])
      })
    #expect(error.sqlState == "28P01")
    #expect(!error.isRetryable)
    #expect(!error.description.contains("hunter2"))
    #expect(error.advice != nil)
  }

  @Test func ofSeveralHostsOneThatIsSilentIsLeftForTheNext() async throws {
    let listener = try SilentListener()
    let port = try await PostgresServer.shared().port
    let connection = try await PostgresConnection.connect(
      "host=127.0.0.1,127.0.0.1 port=\(listener.port),\(port) user=postgres dbname=postgres connect_timeout=2"
    )
    #expect(try await connection.query("SELECT 1").scalar == "1")
    await connection.close()
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresConnection.connect(
        "host=127.0.0.1,127.0.0.1 port=\(listener.port) user=postgres connect_timeout=2")
    }
    #expect(error?.code == .timeout)
  }

  @Test func aServerThatVanishesIsNoticedUnlessTheStringSaysOtherwise() throws {
    let settings = try ConnectionSettings("host=h keepalives_idle=7").watchful
    #expect(settings["keepalives_idle"] == "7" && settings["keepalives_count"] == "6")
    #expect(settings["tcp_user_timeout"] == "90000")
    #expect(try ConnectionSettings("service=s").watchful.parameters == ["service": "s"])
  }

  @Test func valuesComeAsTextAndNullsAsNil() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let connection = try await PostgresConnection.connect(database.connectionString)
      let answer = try await connection.query(
        "SELECT 1 AS one, NULL::text AS nothing, $1::text AS given, $2::int AS none", ["a'b", nil])
      #expect(answer.columns == ["one", "nothing", "given", "none"])
      #expect(answer.rows == [["1", nil, "a'b", nil]])
      #expect(answer[0, "given"] == "a'b")
      #expect(await connection.serverVersion >= 130000)
      #expect(await connection.parameterStatus("client_encoding") == "UTF8")
      await connection.close()
    }
  }

  @Test func aScriptRunsAsOneTransaction() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let connection = try await PostgresConnection.connect(database.connectionString)
      await #expect(throws: PostgresError.self) {
        try await connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT 1/0")
      }
      #expect(try await connection.query("SELECT to_regclass('t')").scalar == nil)
      await connection.close()
    }
  }

  @Test(arguments: [
    ("plain", "\"plain\""), ("with \"quotes\"", "\"with \"\"quotes\"\"\""), ("ümläut ;--", "\"ümläut ;--\""),
  ])
  func identifiersSurviveQuoting(name: String, quoted: String) async throws {
    #expect(SQLQuoting.identifier(name) == quoted)
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    #expect(try await connection.query("SELECT 1 AS \(quoted)").columns == [name])
    await connection.close()
  }

  @Test(arguments: ["it's", "back\\slash", "\\'", "''", "newline\n", "äöü 🦊"], [true, false])
  func literalsSurviveQuoting(text: String, standardStrings: Bool) async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    try await connection.execute("SET standard_conforming_strings = \(standardStrings)")
    #expect(try await connection.query("SELECT \(SQLQuoting.literal(text))").scalar == text)
    await connection.close()
  }

  @Test func aClosedConnectionSaysSo() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    await connection.close()
    let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
    #expect(error?.code == .connectionClosed)
    #expect(await connection.isUsable == false)
  }
}
