/// Every type of the table through the Files API and Spark's SQL: a full load, a stream in the form that the types have, one in
/// text form, and values that MERGE keeps.
import CDCCore
import TestSupport
import Testing

@Suite("Every type of the table in Databricks")
struct TypesInDatabricksTests {
  /// All types in one table: what costs time is the statements, not the values.
  private func examples(_ part: TypeTableInLakeTests.Part) async throws -> [TypeExample] {
    var examples: [TypeExample] = []
    for title in TypeTableInLakeTests.titles {
      examples += try await TypeTableInLakeTests.examples(title, part)
    }
    return examples
  }

  @Test(
    "A full load and a stream bring each value as the table has it",
    arguments: TypeTableInLakeTests.Part.allCases)
  func snapshotAndStream(_ part: TypeTableInLakeTests.Part) async throws {
    let examples = try await examples(part)
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(
        TypeTable.setup(examples) + TypeTable.createTable("t", examples)
          + TypeTable.insertRows("t", examples, firstID: 0) + "ALTER TABLE t ADD COLUMN touched int;\n")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        TypeTable.insertRows("t", examples, firstID: 1000) + "UPDATE t SET touched = 1 WHERE id < 1000;\n")
      try await run.pipeline().capture()
      try await run.expect(examples, firstID: 0)
      try await run.expect(examples, firstID: 1000)
    }
  }

  @Test(
    "A stream in text form brings the same", arguments: [TypeTableInLakeTests.Part.binary, .binaryArrays])
  func textStream(_ part: TypeTableInLakeTests.Part) async throws {
    let examples = try await examples(part)
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(
        TypeTable.setup(examples) + TypeTable.createTable("t", examples)
          + "CREATE TABLE forces_text (id int PRIMARY KEY, q tsquery)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(TypeTable.insertRows("t", examples, firstID: 0))
      try await run.pipeline().capture()
      try await run.expect(examples, firstID: 0)
    }
  }
}
