import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Rows that stay when a table is loaded again: all values that can be converted are, whoever dies when. Spark says what
/// the table has.
struct CarriedRowsTests {
  private static let name = TableName(schema: "public", name: "kept")

  private static func column(_ number: Int, _ name: String, _ type: ColumnType) -> ColumnSchema {
    ColumnSchema(name: name, type: type, number: number)
  }

  private static func table(_ columns: [ColumnSchema]) -> TableSchema {
    TableSchema(
      name: name, columns: [ColumnSchema(name: "id", type: .long, isNullable: false, number: 1)] + columns,
      key: [0])
  }

  private static func parts(_ type: ColumnType, _ more: [ColumnSchema] = []) -> ColumnType {
    .structure([ColumnSchema(name: "a b", type: type)] + more)
  }

  private static let first = table([
    column(2, "n", .int), column(3, "price", .decimal(precision: 6, scale: 2)),
    column(4, "tags", .list(.int)),
    column(5, "parts", .list(parts(.short))), column(6, "pairs", .map(key: .int, value: .boolean)),
    column(7, "Word", .string), column(8, "gone", .string), column(9, "other", .int),
    column(10, "secret", .string),
  ])

  private static let second = table([
    column(2, "n", .string), column(3, "price", .decimal(precision: 12, scale: 4)),
    column(4, "tags", .list(.long)), column(5, "parts", .list(parts(.long, [column(1, "c", .string)]))),
    column(6, "pairs", .map(key: .string, value: .string)), column(7, "called", .string),
    column(9, "other", .date), column(11, "word", .int), column(10, "secret", .string),
  ])

  private static func row(_ id: Int) -> [Value] {
    [
      .integer(Int128(id)), .integer(-7), .integer(-125), .list([.integer(1), .null]),
      .list([.null, .structure([.integer(5)])]), .map([.integer(3)], [.boolean(true)]),
      .text("w\(id)"), .text("gone\(id)"), .integer(1), .text("secret"),
    ]
  }

  private static func newRow(_ id: Int) -> [Value] {
    [.integer(Int128(id)), .text("new")] + Array(repeating: .null, count: 8)
  }

  private static let rows = CarriedRows(
    unlessLoaded: true, endings: [CarriedRows.Ending("_cdc_deleted_at", .integer(1_000_000))],
    withheld: WithheldColumns(numbers: [10]))

  private static func load(
    _ destination: DatabricksDestination, _ table: TableSchema, _ rows: [[Value]], at position: UInt64,
    carrying carried: CarriedRows? = nil
  ) async throws {
    let load = try await destination.beginLoad(
      WriteDisposition.softDelete.shape(of: table), disposition: .merge, carrying: carried,
      pipeline: "contract", position: LSN(position))
    try await load.write(WriteDisposition.softDelete.loaded(RowBatch(table, rows), at: 0))
    try await load.commit()
  }

  private static func record(_ destination: DatabricksDestination) async throws {
    try await destination.record(
      Checkpoint(
        pipeline: "contract", kind: .fullLoad, packageID: "load", position: LSN(100), commitTime: 0,
        rowCount: 2)
    )
  }

  private static func held(_ destination: DatabricksDestination) async throws -> [String?] {
    let table = destination.session.layout.table("kept")
    return try await destination.session.execute(
      "SELECT to_json(struct(*), map('timeZone', 'UTC')) FROM \(table) ORDER BY `id`"
    ).rows.map { $0.first ?? nil }
  }

  private static func old(_ id: Int) -> String {
    #"{"id":\#(id),"n":"-7","price":-1.2500,"tags":[1,null],"parts":[null,{"a b":5}],"pairs":{"3":"true"},"#
      + #""called":"w\#(id)","_cdc_deleted_at":"1970-01-01T00:00:01.000Z","gone":"gone\#(id)"}"#
  }

  @Test(arguments: [DatabricksStage.beforeManifest, .afterManifest, .afterSwap, .afterLoadCommit])
  func areThoseOfBeforeWhoeverDies(_ stage: DatabricksStage) async throws {
    try await DatabricksDouble.shared().turn {
      let harness = try await DatabricksHarness { $0.declaresPrimaryKeys = stage == .afterSwap }
      let trap = CrashTests.Trap()
      var destination = try harness.destination { try trap.pass($0) }
      _ = try await destination.open(pipeline: "contract")
      try await Self.load(destination, Self.first, (1...3).map(Self.row), at: 100)
      try await Self.record(destination)
      trap.arm(stage, after: 0)
      let new = [Self.newRow(2), Self.newRow(4)]
      await #expect(throws: CrashTests.Death.self) {
        try await Self.load(destination, Self.second, new, at: 200, carrying: Self.rows)
      }
      destination = try harness.destination()
      _ = try await destination.open(pipeline: "contract")
      let expected = [
        Self.old(1), #"{"id":2,"n":"new"}"#, Self.old(3), #"{"id":4,"n":"new"}"#,
      ]
      if stage == .beforeManifest {
        try await Self.load(destination, Self.second, new, at: 200, carrying: Self.rows)
      }
      #expect(try await Self.held(destination) == expected)

      // Again in the same columns: in the table as it lies, with what the load before has kept.
      try await Self.load(destination, Self.second, [Self.newRow(5)], at: 300, carrying: Self.rows)
      let ended = #""_cdc_deleted_at":"1970-01-01T00:00:01.000Z""#
      #expect(
        try await Self.held(destination) == [
          Self.old(1), #"{"id":2,"n":"new",\#(ended)}"#, Self.old(3), #"{"id":4,"n":"new",\#(ended)}"#,
          #"{"id":5,"n":"new"}"#,
        ])
    }
  }

  /// What a person has dropped is not made up: the load that counted on it says so, and the next one begins anew.
  @Test
  func areGoneWithATableThatIsDropped() async throws {
    try await DatabricksDouble.shared().turn {
      let harness = try await DatabricksHarness()
      let trap = CrashTests.Trap()
      var destination = try harness.destination { try trap.pass($0) }
      _ = try await destination.open(pipeline: "contract")
      try await Self.load(destination, Self.first, [Self.row(1)], at: 100)
      try await Self.record(destination)
      trap.arm(.afterManifest, after: 0)
      await #expect(throws: CrashTests.Death.self) {
        try await Self.load(destination, Self.second, [Self.newRow(2)], at: 200, carrying: Self.rows)
      }
      let table = destination.session.layout.table("kept")
      try await destination.session.execute("DROP TABLE \(table)")
      destination = try harness.destination()
      _ = try await destination.open(pipeline: "contract")
      let error = await #expect(throws: CDCError.self) {
        _ = try await destination.unsyncedTables(pipeline: "contract")
      }
      #expect(error?.code == .schemaContract && error?.message.contains("dropped") == true)
      #expect(try await destination.heldTables(pipeline: "contract")?.count == 1)
      try await Self.load(destination, Self.second, [Self.newRow(2)], at: 200, carrying: Self.rows)
      #expect(try await Self.held(destination) == [#"{"id":2,"n":"new"}"#])
    }
  }
}
