/// Every type of the table, by full load, by a binary stream and by a text stream, as other engines read it in the lake.
import CDCCore
import Foundation
import TestSupport
import Testing

@Suite("Every type of the table in the lake")
struct TypeTableInLakeTests {
  static let titles = TypeTable.sections.map(\.title)

  /// A stream comes in binary form only where all its types have one.
  enum Part: String, CaseIterable, Sendable { case binary, binaryArrays, text, textArrays }

  static func examples(_ title: String, _ part: Part) async throws -> [TypeExample] {
    let section = TypeTable.sections.first { $0.title == title }?.examples ?? []
    let usable = try await PostgresServer.usable(section)
      .filter { $0.isBinary == (part == .binary || part == .binaryArrays) }
    guard part == .binaryArrays || part == .textArrays else { return usable }
    return usable.filter { !$0.type.hasSuffix("[]") && $0.type != "nothing" }.map(\.array)
  }

  private func setup(_ examples: [TypeExample]) -> String {
    TypeTable.setup(examples) + TypeTable.createTable("t", examples)
  }

  @Test("A full load and a stream bring each value as the table has it", arguments: titles, Part.allCases)
  func snapshotAndStream(_ title: String, _ part: Part) async throws {
    let examples = try await Self.examples(title, part)
    guard !examples.isEmpty else { return }
    try await withEndToEnd { run in
      try await run.database.psql(
        setup(examples) + TypeTable.insertRows("t", examples, firstID: 0)
          + "ALTER TABLE t ADD COLUMN touched int")
      try await run.pipeline().fullLoad()
      try await run.expect(examples, firstID: 0)
      try await run.database.psql(
        TypeTable.insertRows("t", examples, firstID: 1000) + "UPDATE t SET touched = 1 WHERE id < 1000")
      try await run.pipeline().capture()
      try await run.expect(examples, firstID: 0)
      try await run.expect(examples, firstID: 1000)
    }
  }

  @Test("A stream in text form brings the same", arguments: titles, [Part.binary, .binaryArrays])
  func textStream(_ title: String, _ part: Part) async throws {
    let examples = try await Self.examples(title, part)
    guard !examples.isEmpty else { return }
    try await withEndToEnd { run in
      try await run.database.psql(
        setup(examples) + "CREATE TABLE forces_text (id int PRIMARY KEY, q tsquery)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(TypeTable.insertRows("t", examples, firstID: 0))
      try await run.pipeline().capture()
      try await run.expect(examples, firstID: 0)
    }
  }

  @Test("docs/TYPES.md is made of this table: make types-page writes it anew")
  func page() throws {
    if ProcessInfo.processInfo.environment["CDC_WRITE_TYPES_PAGE"] == "1" {
      try TypePage.markdown.write(toFile: TypePage.path, atomically: true, encoding: .utf8)
    }
    let page = try String(contentsOfFile: TypePage.path, encoding: .utf8)
    #expect(page == TypePage.markdown, "run make types-page")
  }
}

private struct LakeColumns: Decodable {
  var types: [String: String]
  /// By column, by id: the canonical value.
  var values: [String: [String: String]]
}

extension EndToEnd {
  /// Two engines find the examples' values in rows `firstID` and on.
  func expect(
    _ examples: [TypeExample], in name: String = "t", firstID: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for engine in Engine.forDelta {
      let answer = try await LakeReader.python(
        """
        table = engines.read_delta(args[0], args[1])
        result = {
            "types": {f.name: compare.arrow_values.type_name(f.type) for f in table.schema},
            "values": {
                name: {
                    str(i): compare.text([v])[1:-1]
                    for i, v in zip(table.column("id").to_pylist(), compare.arrow_values.values(table.column(name)))
                }
                for name in table.column_names
            },
        }
        """, arguments: [engine.rawValue, path(name)])
      let found = try JSONDecoder().decode(LakeColumns.self, from: Data(answer.utf8))
      for (index, example) in examples.enumerated() {
        let name = "c\(index)"
        #expect(found.types[name] == example.delta, "\(example) by \(engine)", sourceLocation: sourceLocation)
        for row in 0...(examples.map(\.values.count).max() ?? 0) {
          let expected = row < example.values.count ? example.values[row].canonical : "null"
          let value = found.values[name]?["\(firstID + row)"]
          guard value != expected else { continue }
          Issue.record(
            "\(example) by \(engine), row \(row): \(value.map { String($0.prefix(300)) } ?? "none") and not \(expected.prefix(300))",
            sourceLocation: sourceLocation)
        }
      }
    }
  }
}
