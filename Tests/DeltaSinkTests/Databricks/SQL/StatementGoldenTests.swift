import CDCCore
import Foundation
import TestSupport
import Testing

@testable import DeltaSink

/// Every statement is as it was when somebody last looked at it, and Spark's own parser takes it.
///
/// `CDC_UPDATE_GOLDEN=1 swift test --filter StatementGoldenTests` writes the files anew, to be looked at.
@Suite(.serialized)
struct StatementGoldenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  @Test(arguments: StatementSamples.all)
  func isAsItWas(_ sample: StatementSample) throws {
    let file = Self.folder.appendingPathComponent("\(sample.name).sql")
    if ProcessInfo.processInfo.environment["CDC_UPDATE_GOLDEN"] == "1" {
      try Data((sample.text + "\n").utf8).write(to: file)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(sample.text + "\n" == golden)
  }

  @Test
  func noGoldenFileIsLeftOver() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(names) == Set(StatementSamples.all.map { "\($0.name).sql" }))
  }

  /// Over tables that are there, so that parsing is not all: names, types and functions are looked up too.
  @Test
  func sparkTakesThemAll() async throws {
    let double = try await DatabricksDouble.shared()
    var options = DatabricksOptions(
      workspace: try DatabricksWorkspace(
        host: double.host, credentials: .token(Secret(double.admin.token))),
      warehouseID: double.warehouseID, catalog: "main", schema: "golden")
    options.stagingSchema = "golden_staging"
    let session = try DatabricksSession(options)
    for sample in StatementSamples.all where sample.name != "begin-atomic" {
      if sample.name == "merge" { try await stage(session) }
      // The runner whose epoch the samples carry.
      if sample.name == "take-pipeline" { for _ in 0..<6 { try await session.execute(sample.text) } }
      do {
        try await session.execute(sample.text)
      } catch {
        Issue.record("\(sample.name): \(error)\n\(sample.text)")
      }
      if sample.name == "take-pipeline" {
        let state = StatementSamples.layout.table(DatabricksLayout.state)
        try await session.execute("UPDATE \(state) SET `sequence` = \(StatementSamples.epoch.sequence)")
      }
    }
  }

  /// Files without rows where the samples say that files are.
  private func stage(_ session: DatabricksSession) async throws {
    try await withTemporaryDirectory { directory in
      func put(_ folder: String, _ columns: [ParquetColumn]) async throws {
        let path = directory.path(folder.replacingOccurrences(of: "/", with: "-"))
        _ = try ParquetFileWriter(path: path, columns: columns).close()
        try await session.files.upload(
          "\(StatementSamples.folder(folder))/part.parquet", .file(path), overwrite: true)
      }
      func columns(_ table: TableSchema) -> [ParquetColumn] {
        table.columns.enumerated().map { ParquetColumn(name: "c\($0)", type: $1.type) }
      }
      let sequence = ParquetColumn(name: "_seq", type: .long)
      let marks = [
        ParquetColumn(name: "_op", type: .string), sequence, ParquetColumn(name: "_m0", type: .long),
      ]
      try await put("odd/rows", columns(StatementSamples.odd) + marks)
      try await put("odd/superseded", [sequence])
      let key = [ParquetColumn(name: "k0", type: .long), ParquetColumn(name: "k1", type: .date)]
      try await put("odd/lookup-1", [ParquetColumn(name: "number", type: .long)] + key)
      try await put("keys/rows", columns(StatementSamples.keyOnly) + marks)
      try await put("documents/rows", columns(StatementSamples.documents) + marks)
      try await put("log/rows", columns(StatementSamples.odd.appended))
      try await put("kept/rows", columns(StatementSamples.kept.table))
      try await put("kept-log/rows", columns(StatementSamples.keptLog.table))
    }
  }
}
