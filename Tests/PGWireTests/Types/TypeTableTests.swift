/// Every type of the table, as the catalog describes it and as both forms decode it; what of it lies in a lake is
/// looked at by IntegrationTests.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Every type of the table")
struct TypeTableTests {
  private struct Column {
    var format: ValueFormat
    /// Told apart to the last bit; the error where there is one.
    var binary: [String]
    var text: [String]
  }

  /// There is none of an array, and of a type without attributes nothing to tell.
  private static let withArrays = TypeTable.all.filter { !$0.type.hasSuffix("[]") && $0.type != "nothing" }

  /// By table and type: read from one database, made once for all cases.
  private static let columns = Task {
    let scalars = try await PostgresServer.usable(TypeTable.all)
    let arrays = try await PostgresServer.usable(withArrays).map(\.array)
    // Dropped with its server.
    let database = try await PostgresServer.shared().createDatabase()
    try await database.psql(
      TypeTable.setup(scalars) + TypeTable.createTable("scalars", scalars)
        + TypeTable.insertRows("scalars", scalars, firstID: 0)
        + TypeTable.createTable("arrays", arrays) + TypeTable.insertRows("arrays", arrays, firstID: 0))
    let connection = try await PostgresConnection.connect(database.connectionString)
    for statement in SessionSettings.statements { try await connection.execute(statement) }
    let columns = try await read("scalars", scalars, connection)
      .merging(read("arrays", arrays, connection)) { first, _ in first }
    await connection.close()
    return columns
  }

  private static func read(
    _ table: String, _ examples: [TypeExample], _ connection: PostgresConnection
  ) async throws -> [String: Column] {
    let catalog = try await Catalog.read(ResourceList([Resource("public.\(table)")]), from: connection)
    var columns: [String: Column] = [:]
    for (example, column) in zip(examples, catalog.tables.first?.columns.dropFirst() ?? []) {
      let format = catalog.types.format(column.type, typmod: column.typmod)
      let rows = "FROM \(table) WHERE id < \(example.values.count) ORDER BY id"
      let text = SnapshotQueue.outputText(of: column.name)
      columns["\(table) \(example.type)"] = Column(
        format: format,
        binary: try await values(
          "SELECT \(format.hasBinaryForm ? column.name : text) \(rows)", format,
          isText: !format.hasBinaryForm,
          connection),
        text: try await values("SELECT \(text) \(rows)", format, isText: true, connection))
    }
    return columns
  }

  private static func values(
    _ select: String, _ format: ValueFormat, isText: Bool, _ connection: PostgresConnection
  ) async throws -> [String] {
    var fields = BinaryFields()
    try await connection.startCopyOut("COPY (\(select)) TO STDOUT (FORMAT binary)")
    _ = try await connection.nextRows(into: &fields)
    switch TypeProbe.decode(fields.fields, format, isText: isText) {
    case .success(let values): return values.map(\.identity)
    case .failure(let error): return ["\(error)"]
    }
  }

  @Test("Both forms give the same value of the expected type", arguments: TypeTable.all)
  func formsAgree(_ example: TypeExample) async throws {
    try await expectAgreement(example, in: "scalars")
  }

  @Test("Both forms of an array of it give the same value", arguments: withArrays)
  func arraysAgree(_ example: TypeExample) async throws {
    try await expectAgreement(example.array, in: "arrays")
  }

  /// Of a type or a value that came with a later major: this server has none, so nothing of it can be copied.
  @Test("What a later major of PostgreSQL brought is refused by the server itself")
  func refusedByOlderServers() async throws {
    let major = try await PostgresServer.shared().major
    #expect(TypeTable.all.contains { $0.since == 15 })
    for example in TypeTable.all {
      for value in example.values where max(example.since, value.since) > major {
        await #expect(throws: (any Error).self, "\(example) \(value.sql)") {
          try await PostgresServer.shared().psql(
            "SELECT CAST(\(value.sql) AS \(example.type))", database: "postgres")
        }
      }
    }
  }

  private func expectAgreement(_ example: TypeExample, in table: String) async throws {
    guard let usable = try await PostgresServer.usable([example]).first else { return }
    let column = try #require(try await Self.columns.value["\(table) \(example.type)"])
    #expect("\(column.format.columnType)" == example.delta)
    #expect(column.format.hasBinaryForm == example.isBinary)
    #expect(column.binary.count == usable.values.count, "\(column.binary)")
    #expect(column.text == column.binary)
  }
}
