import CDCCore
import Synchronization

/// One table being loaded: a part writer for each caller at work, uploads on the way, and one swap at the end.
final class DatabricksTableLoad: TableLoad {
  private let run: DatabricksRun
  private let table: TableSchema
  /// Of the source's table.
  private let key: [Int]
  private let target: String
  private let isAppended: Bool
  /// What stays of the rows that the table has; nil: nothing.
  private let carried: CarriedRows?
  private let position: LSN
  private let staging: StagingContext
  private let committed: @Sendable () -> Void
  private let lanes = Mutex(Lanes())

  private struct Lanes {
    var all: [PartLane] = []
    var idle: [PartLane] = []
    var isSealed = false
  }

  init(
    _ run: DatabricksRun, _ table: TableSchema, target: String, isAppended: Bool,
    carrying carried: CarriedRows?, position: LSN, staging: StagingContext,
    committed: @escaping @Sendable () -> Void
  ) {
    self.run = run
    self.committed = committed
    self.carried = carried
    self.table = isAppended ? table.appended : table
    key = table.key
    self.target = target
    self.isAppended = isAppended
    self.position = position
    self.staging = staging
  }

  private var rowsFolder: String { "\(staging.folder)/rows" }

  func write(_ rows: RowBatch) async throws {
    guard rows.rowCount > 0 else { return }
    let lane = lanes.withLock { lanes in lanes.idle.popLast() ?? newLane(&lanes) }
    let rows = isAppended ? ChangeAppender.snapshot(rows, position: position) : rows
    try await lane.write(rows.columns, rowCount: rows.rowCount)
    lanes.withLock { $0.idle.append(lane) }
  }

  private func newLane(_ lanes: inout Lanes) -> PartLane {
    let columns = table.columns.enumerated().map { ParquetColumn(name: "c\($0)", type: $1.type) }
    let lane = PartLane(
      staging, columns: columns, folder: rowsFolder, name: "part-\(lanes.all.count)")
    lanes.all.append(lane)
    return lane
  }

  func commit() async throws {
    let session = run.session
    let all = lanes.withLock { lanes in
      if lanes.all.isEmpty { _ = newLane(&lanes) }
      return lanes.all
    }
    for lane in all { try await lane.finish() }
    try await staging.uploads.finish()
    try session.options.pass(.beforeLoadCommit)
    var staged = StagedTable(
      action: .overwrite, table: table, sourceKey: key, target: target, columns: table.columns,
      rows: rowsFolder)
    if let carried {
      staged.history = try await run.history(carried, of: staged, emptied: isAppended ? position : nil)
    }
    let manifest = Manifest(
      id: String(staging.folder.split(separator: "/").last ?? ""), pipeline: run.pipeline, epoch: run.epoch,
      sequence: await run.sequence, content: .load(position), tables: [staged])
    try session.options.pass(.beforeManifest)
    lanes.withLock { $0.isSealed = true }
    try await session.seal(manifest, in: staging.folder)
    try session.options.pass(.afterManifest)
    try await Delivery(run, manifest, folder: staging.folder).apply()
    committed()
    try session.options.pass(.afterLoadCommit)
  }

  /// A sealed load is left for the next `open`: it may have been applied.
  func abandon() async {
    let (all, isSealed) = lanes.withLock { ($0.all, $0.isSealed) }
    await staging.uploads.cancel()
    for lane in all { await lane.removeFiles() }
    if !isSealed && !all.isEmpty { await run.session.removeFolder(staging.folder) }
  }
}

/// One part writer, used by one caller after the other.
actor PartLane {
  private let writer: PartWriter

  init(_ staging: StagingContext, columns: [ParquetColumn], folder: String, name: String) {
    writer = PartWriter(staging, columns: columns, folder: folder, name: name)
  }

  func write(_ vectors: [ColumnVector], rowCount: Int) async throws {
    try await writer.write(vectors, rowCount: rowCount)
  }

  func finish() async throws { try await writer.closeWithSomePart() }

  func removeFiles() { writer.removeFiles() }
}

extension DatabricksSession {
  /// Writes the manifest, last of a delivery's files: from then on the delivery is applied, whoever does it.
  func seal(_ manifest: Manifest, in folder: String) async throws {
    try await files.upload(
      "\(folder)/\(Manifest.fileName)", .bytes(Array(manifest.json.text.utf8)), overwrite: true)
  }
}
