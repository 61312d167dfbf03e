/// Every type of the table through the Files API and Spark's SQL: a full load, a stream, and values that MERGE keeps.
import CDCCore
import TestSupport
import Testing

@Suite("Every type of the table in Databricks")
struct TypesInDatabricksTests {
  /// A table a section, all in one database: what costs time is the statements, not the values.
  @Test(
    "A full load and a stream bring each value as the table has it",
    arguments: TypeTableInLakeTests.Part.allCases)
  func snapshotAndStream(_ part: TypeTableInLakeTests.Part) async throws {
    var sections: [(name: String, examples: [TypeExample])] = []
    for (number, title) in TypeTableInLakeTests.titles.enumerated() {
      let examples = try await TypeTableInLakeTests.examples(title, part)
      if !examples.isEmpty { sections.append(("section_\(number)", examples)) }
    }
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(
        TypeTable.setup(sections.flatMap(\.examples))
          + sections.map { name, examples in
            TypeTable.createTable(name, examples) + TypeTable.insertRows(name, examples, firstID: 0)
              + "ALTER TABLE \(name) ADD COLUMN touched int;\n"
          }.joined())
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        sections.map { name, examples in
          TypeTable.insertRows(name, examples, firstID: 1000)
            + "UPDATE \(name) SET touched = 1 WHERE id < 1000;\n"
        }.joined())
      try await run.pipeline().capture()
      for (name, examples) in sections {
        try await run.expect(examples, in: name, firstID: 0)
        try await run.expect(examples, in: name, firstID: 1000)
      }
    }
  }
}
