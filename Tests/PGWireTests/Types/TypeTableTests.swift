/// Every type of the table, as the catalog describes it and as both forms decode it; what of it lies in a lake is
/// looked at by IntegrationTests.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Every type of the table")
struct TypeTableTests {
  private struct Column {
    var example: TypeExample
    var format: ValueFormat
    var binary: [String]
    var text: [String]
    var printed: [String?]
  }

  /// The columns of a table with all values of the examples, decoded from both forms.
  private func columns(_ examples: [TypeExample]) async throws -> [Column] {
    let server = try await PostgresServer.shared()
    let examples = try await server.usable(examples)
    return try await server.withDatabase { database in
      try await database.psql(
        TypeTable.setup(examples) + TypeTable.createTable("t", examples)
          + TypeTable.insertRows("t", examples, firstID: 0))
      let connection = try await PostgresConnection.connect(database.connectionString)
      for statement in SessionSettings.statements { try await connection.execute(statement) }
      let catalog = try await Catalog.read(ResourceList([Resource("public.t")]), from: connection)
      let table = try #require(catalog.tables.first)
      var result: [Column] = []
      for (example, column) in zip(examples, table.columns.dropFirst()) {
        let format = catalog.types.format(column.type, typmod: column.typmod)
        let printed = try await connection.query(
          "SELECT \(column.name) FROM t WHERE id < \(example.values.count) ORDER BY id"
        ).rows.map { $0[0] }
        let list = format.hasBinaryForm ? column.name : SnapshotQueue.outputText(of: column.name)
        var rows = BinaryFields()
        try await connection.startCopyOut(
          "COPY (SELECT \(list) FROM t WHERE id < \(example.values.count) ORDER BY id) TO STDOUT (FORMAT binary)"
        )
        _ = try await connection.nextRows(into: &rows)
        let binary = TypeProbe.decode(rows.fields, format, isText: !format.hasBinaryForm)
        let text = TypeProbe.decode(printed.map { $0.map { Array($0.utf8) } }, format, isText: true)
        result.append(
          Column(
            example: example, format: format, binary: Self.identities(binary), text: Self.identities(text),
            printed: printed))
      }
      await connection.close()
      return result
    }
  }

  private static func identities(_ values: Result<[Value], ValueError>) -> [String] {
    switch values {
    case .success(let values): values.map(\.identity)
    case .failure(let error): ["\(error)"]
    }
  }

  @Test("Both forms give the same value of the expected type", arguments: TypeTable.sections.map(\.title))
  func formsAgree(_ section: String) async throws {
    let examples = TypeTable.sections.first { $0.title == section }?.examples ?? []
    for column in try await columns(examples) {
      let example = column.example
      #expect("\(column.format.columnType)" == example.delta, "\(example.type)")
      #expect(column.format.hasBinaryForm == example.isBinary, "\(example.type)")
      #expect(column.binary.count == example.values.count, "\(example.type) \(column.binary)")
      // PostgreSQL before 16 prints the byte of a "char" over 127 as it is, which libpq's text is not.
      if example.type != "\"char\"" { #expect(column.text == column.binary, "\(example.type)") }
    }
  }

  @Test("Both forms of arrays give the same value", arguments: TypeTable.sections.map(\.title))
  func arraysAgree(_ section: String) async throws {
    let examples = TypeTable.sections.first { $0.title == section }?.examples ?? []
    // Arrays have no array type of their own; of domains over arrays there is one.
    let arrays = examples.filter { !$0.type.hasSuffix("[]") && $0.type != "nothing" }.map(\.array)
    if arrays.isEmpty { return }
    for column in try await columns(arrays) {
      let example = column.example
      #expect("\(column.format.columnType)" == example.delta, "\(example.type)")
      #expect(column.binary.count == example.values.count, "\(example.type) \(column.binary)")
      if example.type != "\"char\"[]" { #expect(column.text == column.binary, "\(example.type)") }
    }
  }
}
