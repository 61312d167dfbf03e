/// Every value that its column cannot hold, under each contract, by load and by stream in both forms: what other engines find in
/// the lake, and in the quarantine.
import CDCCore
import TestSupport
import Testing

@Suite struct RefusedValueTests {
  private struct Value {
    var type, sql, because, text: String
  }

  /// Those of the types' page, and in composites.
  private static let values =
    TypeTable.refusals.map { Value(type: $0.type, sql: $0.sql, because: $0.because, text: $0.text) } + [
      Value(
        type: "bounded", sql: "ROW('NaN', '{1}')", because: "is NaN, which a decimal cannot hold",
        text: "(NaN,{1})"),
      Value(
        type: "bounded[]", sql: "ARRAY[NULL, ROW(1, '{{1},{2}}')]::bounded[]",
        because: "is an array of more than one dimension", text: "{NULL,\"(1.0,\\\"{{1},{2}}\\\")\"}"),
    ]

  /// A column a value.
  private static func create(binary: Bool) -> String {
    let columns = values.enumerated().map { "c\($0) \($1.type)" }.joined(separator: ", ")
    return """
      CREATE TYPE bounded AS (n numeric(4,1), l int[]); CREATE TABLE t (id int PRIMARY KEY, \(columns));
      CREATE TABLE other (id int PRIMARY KEY, v \(binary ? "int" : "tsquery")); INSERT INTO t VALUES (1000);
      """
  }

  /// Row n has the value number n and nothing else.
  private static func insert(firstID: Int) -> String {
    values.enumerated().map { "INSERT INTO t (id, c\($0)) VALUES (\(firstID + $0), \($1.sql));\n" }.joined()
  }

  private func resources(_ hints: ResourceHints) -> ResourceList {
    ResourceList([Resource("t", hints: hints), Resource("other")])
  }

  private func run(
    _ hints: ResourceHints, binary: Bool, then body: (EndToEnd, ResourceList) async throws -> Void
  ) async throws {
    try await withEndToEnd { run in
      let resources = resources(hints)
      try await run.database.psql(Self.create(binary: binary) + Self.insert(firstID: 0))
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.insert(firstID: 100))
      try await run.pipeline(resources).capture()
      try await body(run, resources)
      #expect(try await run.pipeline(resources).verify().isEqual)
    }
  }

  @Test(arguments: [true, false]) func becomeNullAndAreCounted(binary: Bool) async throws {
    let hints = ResourceHints(contract: SchemaContract(dataType: .discardValue))
    try await run(hints, binary: binary) { run, _ in
      let count = Self.values.count
      let held = Self.values.indices.map { "count(c\($0))" }.joined(separator: " + ")
      #expect(
        try await run.query("SELECT count(*)::int, (\(held))::int FROM t", table: "t") == [
          "[\(2 * count + 1),0]"
        ])
      let counts = try await run.texts(
        "SELECT column_name || ' ' || sum(value_count)::int FROM t GROUP BY column_name",
        path: run.lake.path("_cdc_quarantine"))
      #expect(counts.sorted() == Self.values.indices.map { "c\($0) 2" }.sorted())
    }
  }

  @Test(arguments: [true, false]) func sendTheirRowsToTheQuarantine(binary: Bool) async throws {
    let hints = ResourceHints(contract: SchemaContract(dataType: .discardRow))
    try await run(hints, binary: binary) { run, _ in
      #expect(try await run.query("SELECT id FROM t", table: "t") == ["[1000]"])
      let entries = Self.values.enumerated().flatMap { index, value in
        [("load", index), ("insert", 100 + index)].map { operation, id in
          "{\"id\":\(id)}|\(operation)|c\(index)|\(value.because)|\(value.text)"
        }
      }
      let columns = Self.values.indices.map { "row->>'c\($0)'" }.joined(separator: ", ")
      let found = try await run.texts(
        "SELECT concat_ws('|', key, operation, column_name, reason, coalesce(\(columns))) FROM t",
        path: run.lake.path("_cdc_quarantine"))
      #expect(found.sorted() == entries.sorted())
    }
  }

  /// The entry of a change stands where the change does.
  @Test func areToldWithTheirPosition() async throws {
    try await withEndToEnd { run in
      let resources = resources(ResourceHints(contract: SchemaContract(dataType: .discardRow)))
      try await run.database.psql(Self.create(binary: true))
      try await run.pipeline(resources).fullLoad()
      let before = try await run.database.psql("SELECT pg_current_wal_insert_lsn()")
      try await run.database.psql("INSERT INTO t (id, c0) VALUES (1, 'NaN')")
      let after = try await run.database.psql("SELECT pg_current_wal_insert_lsn()")
      try await run.pipeline(resources).capture()
      let lsn = try await run.texts("SELECT lsn FROM t", path: run.lake.path("_cdc_quarantine"))
      #expect(lsn.count == 1)
      let isBetween = try await run.database.psql(
        "SELECT '\(lsn.first ?? "0/0")'::pg_lsn BETWEEN '\(before)' AND '\(after)'")
      #expect(isBetween == "t")
    }
  }

  @Test(arguments: [true, false]) func areHeldAsTextWhereAHintSaysSo(binary: Bool) async throws {
    let columns = Self.values.indices.map { ("c\($0)", ColumnHint(type: .string)) }
    let hints = ResourceHints(columns: Dictionary(uniqueKeysWithValues: columns))
    try await run(hints, binary: binary) { run, _ in
      let names = Self.values.indices.map { "c\($0)" }.joined(separator: ", ")
      let found = try await run.texts(
        "SELECT id || ' ' || coalesce(\(names)) FROM t WHERE id < 1000", path: run.path("t"))
      let texts = Self.values.enumerated().flatMap { ["\($0) \($1.text)", "\(100 + $0) \($1.text)"] }
      #expect(found.sorted() == texts.sorted())
    }
  }

  /// Nothing of the package is visible, of other tables neither, until the value is gone and the table loaded again: which it
  /// is not while the value is there.
  @Test(arguments: [true, false]) func stopARunWhoseContractIsToFreeze(binary: Bool) async throws {
    try await withEndToEnd { run in
      let table = TableName(schema: "public", name: "t")
      try await run.database.psql(Self.create(binary: binary))
      try await run.pipeline().fullLoad()
      for (index, value) in Self.values.enumerated() {
        try await run.database.psql(
          "INSERT INTO other VALUES (\(index)); INSERT INTO t (id, c\(index)) VALUES (\(index), \(value.sql))"
        )
        let error = await #expect(throws: CDCError.self, "\(value.sql)") {
          try await run.pipeline().capture()
        }
        #expect(error?.code == .valueOutOfRange && error?.table == table && error?.position != nil)
        #expect(error?.column == "c\(index)" && error?.key == "id \(index)")
        #expect(error?.message.contains(value.because) == true, "\(String(describing: error))")
        // A load reads the same bytes, whatever form the stream has.
        if binary {
          let refused = await #expect(throws: CDCError.self) { try await run.pipeline().reload([table]) }
          #expect(refused?.code == .valueOutOfRange && refused?.column == "c\(index)")
          #expect(refused?.key == "id \(index)")
        }
        try await run.database.psql("UPDATE t SET c\(index) = NULL WHERE id = \(index)")
        try await run.pipeline().reload([table])
      }
      #expect(try await run.query("SELECT count(*)::int FROM t", table: "other") == ["[0]"])
      #expect(
        try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[\(Self.values.count + 1)]"])
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      #expect(
        try await run.query("SELECT count(*)::int FROM t", table: "other") == ["[\(Self.values.count)]"])
    }
  }
}
