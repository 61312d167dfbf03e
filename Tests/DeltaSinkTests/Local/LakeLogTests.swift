import CDCCore
import Foundation
import TestSupport
import Testing

@testable import DeltaSink

/// What keeps a lake quick to open however many packages it has taken.
struct LakeLogTests {
  typealias Fixture = ItemTable

  /// Other engines begin at the checkpoint: without the commits before it they read the same.
  @Test func everyTenthCommitHasACheckpoint() async throws {
    let harness = try LakeHarness()
    do { _ = try await Fixture.updated(harness, packages: 25) }
    for path in [harness.path(Fixture.table.name), harness.root + "/_cdc_loads"] {
      let log = path + "/_delta_log"
      let names = try FileManager.default.contentsOfDirectory(atPath: log)
      let checkpoints = names.filter { $0.hasSuffix(".checkpoint.parquet") }.sorted()
      #expect(checkpoints.compactMap { Int($0.prefix(20)) } == [10, 20], "\(path)")
      let last = try String(contentsOfFile: log + "/_last_checkpoint", encoding: .utf8)
      #expect(last.contains("\"version\":20"))
      for name in names where name.hasSuffix(".json") && (Int(name.prefix(20)) ?? 99) < 20 {
        try FileManager.default.removeItem(atPath: log + "/" + name)
      }
    }
    try await harness.inspect(Fixture.table, Fixture.rows(after: 25))
    let lake = harness.destination()
    #expect(try await lake.open(pipeline: "p")?.position == LSN(445))
    try await Fixture.deliver(
      lake, [Fixture.changes(.delete, Fixture.rows(99..<100, ""), at: 900)], to: 910)
    try await harness.inspect(Fixture.table, Array(Fixture.rows(after: 25).dropLast()))
  }

  /// The rows of state tables are gathered as they grow, and the files that held them go.
  @Test func stateTablesStaySmall() async throws {
    let harness = try LakeHarness()
    let state = StateTable(
      LakeLayout(root: harness.root), name: "_cdc_loads",
      columns: [ColumnSchema(name: "pipeline", type: .string), ColumnSchema(name: "n", type: .long)],
      retention: .zero)
    for number in 0..<80 {
      let row = RowBatch(stateRow: [.text("p"), .number(Int64(number))], of: state.source)
      try await state.append(row, pipeline: "p", expected: Int64(number), version: Int64(number + 1))
    }
    let folder = harness.root + "/_cdc_loads"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "_delta_log" }
    #expect(files.count <= 33)
    for engine in Engine.forDelta {
      #expect(try await LakeReader.read(delta: folder, engine: engine).rows.count == 80)
    }
  }

  #if os(Linux)
    @Test func noDescriptorStaysOpen() async throws {
      let harness = try LakeHarness(LocalDeltaOptions(upkeep: nil))
      let lake = try await Fixture.updated(harness, packages: 30)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
        return target?.hasPrefix(harness.path(Fixture.table.name)) == true
      }
      #expect(open.isEmpty)
      try await harness.inspect(Fixture.table, Fixture.rows(after: 30))
      withExtendedLifetime(lake) {}
    }
  #endif

  /// The package is in the table, its checkpoint recorded: what comes after it can wait.
  @Test func upkeepThatFailsDoesNotFailThePackage() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(upkeep: .init(smallFiles: 8)))
    let lake = try await Fixture.updated(harness, packages: 4)
    let snapshot = try #require(try lake.table(Fixture.table.name).snapshot())
    let lost = try #require(snapshot.files.min { $0.size < $1.size })
    try FileManager.default.removeItem(atPath: harness.path(Fixture.table.name) + "/" + lost.path)
    for number in 50..<60 {
      let commit = UInt64(500 + number * 10)
      try await Fixture.deliver(
        lake, [Fixture.changes(.insert, Fixture.rows(number + 100..<(number + 101), "more"), at: commit)],
        to: commit + 5)
    }
    #expect(try lake.table(Fixture.table.name).snapshot()?.position(of: "p") == LSN(1095))
  }

  /// A pipeline tries again after errors that pass by themselves; it knows them by this.
  @Test func errorsThatPassAreTriedAgain() {
    let full: any Error = DeltaError(ParquetFormatError.io("write", 28), path: "x")
    #expect((full as? any Retryable)?.isRetryable == true)
    let corrupt: any Error = DeltaError(.corruptLog, "")
    #expect((corrupt as? any Retryable)?.isRetryable == false)
  }
}
