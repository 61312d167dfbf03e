/// Columns that a hint makes a VARIANT: which may be one, and which of their values.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Variants")
struct VariantTests {
  private func source(
    _ database: TestDatabase, _ hints: ResourceHints, name: String = "variant"
  ) throws -> PostgresSource {
    try PostgresSource(
      connection: database.connectionString, pipeline: "\(name)_\(database.name)",
      resources: ResourceList([Resource("public.t", hints: hints), Resource("public.other")]))
  }

  private static let variant = ["v": ColumnHint(type: .variant)]

  @Test("Only json and jsonb can be one, and no column of the key")
  func otherColumnsAreRefused() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        """
        CREATE DOMAIN document AS jsonb; CREATE DOMAIN paper AS document;
        CREATE TABLE t (id jsonb PRIMARY KEY, t text, l jsonb[], h jsonpath, d paper, j json); CREATE TABLE other (id int PRIMARY KEY)
        """)
      for name in ["t", "l", "h", "id"] {
        let source = try source(database, ResourceHints(columns: [name: ColumnHint(type: .variant)]))
        let error = await #expect(throws: CDCError.self) { try await source.check() }
        #expect(error?.code == .configuration && error?.column == name)
        #expect(error?.message.contains("Leave the hint out") == true, "\(error?.message ?? "")")
      }
      let array = try source(database, ResourceHints(columns: ["l": ColumnHint(type: .list(.variant))]))
      await #expect(throws: CDCError.self) { try await array.check() }
      let sound = ["d", "j"].map { ($0, ColumnHint(type: .variant)) }
      _ = try await source(database, ResourceHints(columns: Dictionary(uniqueKeysWithValues: sound))).check()
    }
  }

  @Test(
    "Sound values come as they were written, from both forms; a hash is of the text",
    arguments: [true, false])
  func values(_ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v json, b jsonb, m jsonb);
        CREATE TABLE other (id int PRIMARY KEY, q \(binary ? "int" : "tsquery"));
        INSERT INTO t VALUES (1, '{"b" : 1.50, "a":1}', '{"b": 1.50, "a":1e3}', '{"a": 1}'), (2, NULL, 'null', NULL)
        """)
      var hints = Self.variant
      hints["b"] = ColumnHint(type: .variant)
      hints["m"] = ColumnHint(type: .variant, mask: .sha256(salt: MaskSalt("pepper")))
      let source = try source(database, ResourceHints(columns: hints))
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t SELECT id + 10, v, b, m FROM t")
      try await source.drain(into: replica, from: position)
      let hash = try await database.psql(
        "SELECT encode(sha256(convert_to('pepper' || format('%s', m), 'UTF8')), 'hex') FROM t WHERE id = 1")
      func text(_ text: String) -> Value { .bytes(Array(text.utf8)) }
      for id in [1, 11] {
        let row = replica.table("t")[[.integer(Int128(id))]]
        #expect(row?["v"] == text(#"{"b" : 1.50, "a":1}"#) && row?["b"] == text(#"{"a": 1000, "b": 1.50}"#))
        #expect(row?["m"] == text(hash))
      }
      for id in [2, 12] {
        let row = replica.table("t")[[.integer(Int128(id))]]
        #expect(row?["v"] == .null && row?["b"] == text("null") && row?["m"] == .null)
      }
      let types = replica.batches.first { $0.table.name.name == "t" }?.table.columns.map(\.type)
      #expect(types == [.int, .variant, .variant, .string])
    }
  }

  struct Refused: Sendable {
    var text, type, because: String
  }

  private static let refused = [
    Refused(text: #"{"a":1,"a":2}"#, type: "json", because: "has a key twice"),
    Refused(text: "[1e400]", type: "json", because: "would round"),
    Refused(text: "[1e400]", type: "jsonb", because: "would round"),
    Refused(text: #"["\ud800"]"#, type: "json", because: "half of a surrogate pair"),
    Refused(
      text: String(repeating: "[", count: 1001) + String(repeating: "]", count: 1001), type: "jsonb",
      because: "larger or deeper"),
  ]

  @Test("What a VARIANT would change or refuse follows the contract", arguments: refused, [true, false])
  func contract(_ value: Refused, _ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v \(value.type)); CREATE TABLE other (id int PRIMARY KEY, q \(binary ? "int" : "tsquery"))"
      )
      let frozen = try source(database, ResourceHints(columns: Self.variant), name: "frozen")
      let position = try await frozen.load(into: Replica(), restart: true)
      let discarding = try source(
        database, ResourceHints(columns: Self.variant, contract: SchemaContract(dataType: .discardValue)))
      try await database.psql("INSERT INTO t VALUES (7, '\(value.text)')")
      let error = await #expect(throws: CDCError.self) {
        try await frozen.drain(into: Replica(), from: position)
      }
      #expect(error?.code == .valueOutOfRange && error?.column == "v" && error?.key == "id 7")
      #expect(error?.message.contains(value.because) == true, "\(error?.message ?? "")")
      let replica = Replica()
      _ = try await discarding.load(into: replica, restart: true)
      #expect(replica.table("t")[[.integer(7)]]?["v"] == .null && replica.discardedValues == 1)
    }
  }
}
