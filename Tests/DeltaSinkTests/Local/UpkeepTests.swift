import CDCCore
import Foundation
import TestSupport
import Testing

@testable import DeltaSink

/// Optimize, vacuum, state tables, and what a dead run leaves behind.
struct UpkeepTests {
  typealias Fixture = ItemTable

  private func files(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "_delta_log" }
  }

  @Test func optimizeLeavesOneFileWithTheSameRows() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(upkeep: nil))
    let lake = try await Fixture.updated(harness, packages: 12)
    let report = try await lake.optimize(Fixture.table.name)
    #expect(report.filesRemoved == 13 && report.filesAdded == 1)
    try await harness.inspect(Fixture.table, Fixture.rows(after: 12))
    let snapshot = try #require(try lake.table(Fixture.table.name).snapshot())
    #expect(snapshot.fileCount == 1 && snapshot.files.allSatisfy { $0.deletionVector == nil })
    #expect(try await lake.optimize(Fixture.table.name).version == nil)
    // The table goes on.
    try await Fixture.deliver(
      lake, [Fixture.changes(.delete, Fixture.rows(0..<1, ""), at: 900)], to: 910)
    try await harness.inspect(Fixture.table, Array(Fixture.rows(after: 12).dropFirst()))
  }

  @Test func upkeepBoundsTheNumberOfFiles() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(upkeep: .init(smallFiles: 8)))
    let lake = try await Fixture.updated(harness, packages: 30)
    let snapshot = try #require(try lake.table(Fixture.table.name).snapshot())
    #expect(snapshot.fileCount <= 9)
    try await harness.inspect(Fixture.table, Fixture.rows(after: 30))
  }

  @Test func vacuumTakesOnlyWhatNobodyNeeds() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(upkeep: nil))
    do { _ = try await Fixture.updated(harness, packages: 5).optimize(Fixture.table.name) }
    let lake = harness.destination()
    let path = harness.path(Fixture.table.name)
    let before = try files(path).count
    #expect(try lake.vacuum(Fixture.table.name).files.isEmpty)
    try await Task.sleep(for: .milliseconds(1100))
    let planned = try lake.vacuum(Fixture.table.name, retention: .zero, dryRun: true)
    #expect(try files(path).count == before && planned.files.count == before - 1)
    #expect(try lake.vacuum(Fixture.table.name, retention: .zero) == planned)
    #expect(try files(path).count == 1)
    try await harness.inspect(Fixture.table, Fixture.rows(after: 5))
  }

  /// Files that a run is about to commit are young; without a minimum of age nothing protects them.
  @Test func vacuumWaitsForNobodyOnlyWhereNobodyIsAtWork() async throws {
    let harness = try LakeHarness()
    let lake = try await Fixture.updated(harness, packages: 2)
    let error = #expect(throws: CDCError.self) {
      try harness.destination().vacuum(Fixture.table.name, retention: .zero)
    }
    #expect(error?.code == .fenced)
    #expect(try harness.destination().vacuum(Fixture.table.name, retention: .seconds(3600)).files.isEmpty)
    withExtendedLifetime(lake) {}
  }

  @Test func vacuumPromisesNoMoreThanTheLogRemembers() async throws {
    let harness = try LakeHarness()
    let lake = try await Fixture.updated(harness, packages: 2)
    let error = #expect(throws: DeltaError.self) {
      try lake.vacuum(Fixture.table.name, retention: .seconds(200 * 3600))
    }
    #expect(error?.message.contains("168 hours") == true)
  }

  @Test func manyCheckpointsStayFewFilesAndTheLastIsFound() async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<3, "x"))
    for number in 0..<80 { try await lake.record(Fixture.checkpoint(UInt64(200 + number))) }
    #expect(try await lake.open(pipeline: "p")?.position == LSN(279))
    let loads = harness.root + "/_cdc_loads"
    for engine in Engine.forDelta {
      #expect(try await LakeReader.read(delta: loads, engine: engine).rows.count == 81)
    }
    let count = try await LakeReader.python(
      "from deltalake import DeltaTable\nresult = len(DeltaTable(args[0]).file_uris())", arguments: [loads])
    #expect(try #require(Int(count)) <= 33)
  }

  @Test func everyShapeOfATableIsRecorded() async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<3, "x"))
    var wider = Fixture.table
    wider.columns.append(ColumnSchema(name: "extra", type: .int, sourceType: "integer"))
    let row = Fixture.rows(7..<8, "w")[0] + [.integer(1)]
    for (commit, end) in [(150, 160), (170, 180)] as [(UInt64, UInt64)] {
      try await Fixture.deliver(
        lake, [Fixture.changes(.update, [row], at: commit, table: wider)], to: end)
    }
    let rows = try await LakeReader.query(
      "SELECT table_name, position, columns LIKE '%extra%' FROM t ORDER BY sequence",
      tables: ["t": harness.root + "/_cdc_schema"])
    #expect(rows == [#"["item","0/64",false]"#, #"["item","0/64",true]"#])
    let loads = try await LakeReader.query(
      "SELECT max(versions['public.item']) FROM t", tables: ["t": harness.root + "/_cdc_loads"])
    #expect(loads == ["[2]"])
  }

  @Test func aChangedTypeIsRefusedWithAWayOut() async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<3, "x"))
    var changed = Fixture.table
    changed.columns[1].type = .long
    let error = await #expect(throws: CDCError.self) {
      try await Fixture.deliver(
        lake, [Fixture.changes(.insert, [[.integer(9), .integer(9), .null]], at: 150, table: changed)],
        to: 160)
    }
    #expect(error?.code == .schemaContract && error?.column == "name")
    try await harness.inspect(Fixture.table, Fixture.rows(0..<3, "x"))
  }

  @Test func whatADeadRunWasWritingIsRemoved() async throws {
    let harness = try LakeHarness()
    let path = harness.path(Fixture.table.name)
    do {
      let lake = harness.destination()
      try await Fixture.load(lake, Fixture.rows(0..<3, "x"))
      let package = try await lake.beginPackage(LoadPackage(pipeline: "p", from: LSN(100)))
      try await package.write(
        Fixture.changes(.insert, Fixture.rows(5..<9, "y"), at: 150), disposition: .merge)
    }
    #expect(try files(path).count == 2)
    _ = try await harness.destination().open(pipeline: "p")
    #expect(try files(path).count == 1)
  }

  @Test func aSecondRunnerIsToldThatTheLakeIsInUse() async throws {
    let harness = try LakeHarness()
    let first = harness.destination()
    _ = try await first.open(pipeline: "p")
    _ = try await first.open(pipeline: "p")
    let second = harness.destination()
    let error = await #expect(throws: CDCError.self) { try await second.open(pipeline: "p") }
    #expect(error?.code == .fenced)
    _ = try await second.open(pipeline: "another")
  }
}
