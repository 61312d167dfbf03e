/// What becomes of values that a column cannot hold, by full load and by stream in both forms.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Values against the contract")
struct ContractTests {
  private func source(
    _ database: TestDatabase, _ name: String, _ hints: ResourceHints = ResourceHints()
  ) throws -> PostgresSource {
    try PostgresSource(
      connection: database.connectionString, pipeline: "\(name)_\(database.name)",
      resources: ResourceList([Resource("public.t", hints: hints), Resource("public.other")]))
  }

  private func table(_ refusal: Refusal, binary: Bool) -> String {
    "CREATE TABLE t (v \(refusal.type) NOT NULL, a int, b text, PRIMARY KEY (b, a));"
      + "CREATE TABLE other (id int PRIMARY KEY, v \(binary ? "int" : "tsquery"));"
  }

  private let row = "(a, b, v) VALUES (7, 'eu'"

  @Test(
    "freeze stops and names table, column, key and LSN; what came before is sound",
    arguments: TypeTable.refusals,
    [true, false])
  func freeze(_ refusal: Refusal, _ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(table(refusal, binary: binary))
      let source = try source(database, "frozen")
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t \(row), \(refusal.sql))")
      for isStream in [true, false] {
        let error = await #expect(throws: CDCError.self) {
          if isStream {
            try await source.drain(into: replica, from: position)
          } else {
            _ = try await source.load(into: replica, restart: true)
          }
        }
        #expect(error?.code == .valueOutOfRange)
        #expect(error?.table == TableName(schema: "public", name: "t"))
        #expect(error?.column == "v")
        #expect(error?.key == "b eu, a 7")
        #expect((error?.position != nil) == isStream)
        #expect(error?.message.contains(refusal.because) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("key b eu, a 7") == true)
        #expect(error?.isRetryable == false)
      }
    }
  }

  @Test("discard_value makes them null and counts them", arguments: TypeTable.refusals, [true, false])
  func discard(_ refusal: Refusal, _ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(table(refusal, binary: binary) + "INSERT INTO t \(row), \(refusal.sql))")
      let source = try source(
        database, "lenient", ResourceHints(contract: SchemaContract(dataType: .discardValue)))
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t (a, b, v) VALUES (8, 'eu', \(refusal.sql))")
      try await source.drain(into: replica, from: position)
      #expect(replica.table("t").values.map { $0["v"] } == [.null, .null])
      #expect(source.discardedValues == [TableName(schema: "public", name: "t"): 2])
    }
  }

  @Test("A string hint keeps PostgreSQL's own text", arguments: TypeTable.refusals)
  func stringHint(_ refusal: Refusal) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(table(refusal, binary: true) + "INSERT INTO t \(row), \(refusal.sql))")
      let source = try source(
        database, "hinted", ResourceHints(columns: ["v": ColumnHint(type: .string)]))
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t (a, b, v) VALUES (8, 'eu', \(refusal.sql))")
      try await source.drain(into: replica, from: position)
      #expect(replica.table("t").values.compactMap { $0["v"]?.string } == [refusal.text, refusal.text])
    }
  }

  @Test(
    "A string hint keeps the text of any type, cast or no cast",
    arguments: ["boolean", "inet", "char(4)", "point2"])
  func stringHintOnAnything(_ type: String) async throws {
    let values = ["boolean": "true", "inet": "'10.1.2.3'", "char(4)": "'a'", "point2": "ROW(NULL, NULL)"]
    let texts = ["boolean": "t", "inet": "10.1.2.3", "char(4)": "a   ", "point2": "(,)"]
    try await PostgresServer.shared().withDatabase { database in
      let value = try #require(values[type])
      try await database.psql(
        "CREATE TYPE point2 AS (x float8, y float8); CREATE TABLE t (a int PRIMARY KEY, v \(type));"
          + "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO t VALUES (1, \(value)), (2, NULL)")
      let source = try source(
        database, "anything", ResourceHints(columns: ["v": ColumnHint(type: .string)]))
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t VALUES (3, \(value)), (4, NULL)")
      try await source.drain(into: replica, from: position)
      let found = (1...4).map { replica.table("t")[[.integer($0)]]?["v"] }
      #expect(found.map { $0?.string } == [texts[type], nil, texts[type], nil])
      #expect(found[1] == .null && found[3] == .null)
    }
  }
}
