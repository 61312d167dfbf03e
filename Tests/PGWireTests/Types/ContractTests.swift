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

  @Test(
    "discard_value makes them null and counts them; a string hint keeps PostgreSQL's own text",
    arguments: TypeTable.refusals)
  func discardAndHint(_ refusal: Refusal) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(table(refusal, binary: true) + "INSERT INTO t \(row), \(refusal.sql))")
      let lenient = try source(
        database, "lenient", ResourceHints(contract: SchemaContract(dataType: .discardValue)))
      let hinted = try source(database, "hinted", ResourceHints(columns: ["v": ColumnHint(type: .string)]))
      let nulls = Replica()
      let texts = Replica()
      let first = try await lenient.load(into: nulls, restart: true)
      let second = try await hinted.load(into: texts, restart: true)
      try await database.psql("INSERT INTO t (a, b, v) VALUES (8, 'eu', \(refusal.sql))")
      try await lenient.drain(into: nulls, from: first)
      // A hint for the server's text brings the whole stream in text form.
      try await hinted.drain(into: texts, from: second)
      #expect(nulls.table("t").values.map { $0["v"] } == [.null, .null])
      #expect(nulls.discardedValues == 2)
      #expect(texts.table("t").values.compactMap { $0["v"]?.string } == [refusal.text, refusal.text])
    }
  }

  /// An extension, a type, a value and what it prints.
  static let printed: [(needs: String?, type: String, sql: String, text: String)] = [
    (nil, "boolean", "true", "t"), (nil, "inet", "'10.1.2.3'", "10.1.2.3"), (nil, "char(4)", "'a'", "a   "),
    (nil, "money", "1234.5", "$1,234.50"), (nil, "point2", "ROW(NULL, NULL)", "(,)"),
    (nil, "point2[]", "ARRAY[ROW(1, 2)::point2]", "{\"(1,2)\"}"), (nil, "bytea", "'\\x00ff'", "\\x00ff"),
    (nil, "float8", "'-0'", "-0"), (nil, "timestamptz", "'2024-01-01 01:00+01'", "2024-01-01 00:00:00+00"),
    ("hstore", "hstore", "'a=>NULL'", "\"a\"=>NULL"), ("vector", "vector(2)", "'[1,2.50]'", "[1,2.5]"),
    ("postgis", "geometry", "'SRID=4326;POINT(1 2)'", "0101000020E6100000000000000000F03F0000000000000040"),
  ]

  @Test("A string hint keeps the text of any type, whatever its casts make of it", arguments: printed.indices)
  func stringHintOnAnything(_ index: Int) async throws {
    let (needs, type, value, text) = Self.printed[index]
    if let needs, try await !PostgresServer.hasExtension(needs) { return }
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        (needs.map { "CREATE EXTENSION \($0);" } ?? "") + "CREATE TYPE point2 AS (x float8, y float8);"
          + "CREATE TABLE t (a int PRIMARY KEY, v \(type)); CREATE TABLE other (id int PRIMARY KEY);"
          + "INSERT INTO t VALUES (1, \(value)), (2, NULL)")
      let source = try source(
        database, "anything", ResourceHints(columns: ["v": ColumnHint(type: .string)]))
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t VALUES (3, \(value)), (4, NULL)")
      try await source.drain(into: replica, from: position)
      let found = (1...4).map { replica.table("t")[[.integer($0)]]?["v"] }
      #expect(found.map { $0?.string } == [text, nil, text, nil])
      #expect(found[1] == .null && found[3] == .null)
    }
  }
}
