import CDCCore

/// What `open` does about deliveries that an earlier runner left in the volume.
///
/// A sealed one that was sealed on the present checkpoint is applied again, in the order of sealing; it may have been applied
/// in part, or wholly. Every other one, sealed or not, is removed. A mark in the volume then says that this was done: what a
/// replaced runner seals later, unaware, is of an epoch before the mark's, and is never applied.
struct Recovery {
  private let run: DatabricksRun
  private var session: DatabricksSession { run.session }

  init(_ run: DatabricksRun) { self.run = run }

  /// - Returns: what was refused: trying again does not help by itself.
  func resume() async throws -> FailedDelivery? {
    let root = session.layout.folder(pipeline: run.pipeline)
    let entries = try await session.files.list(root) ?? []
    let marks = entries.filter { !$0.isDirectory && $0.name.hasPrefix(Self.mark) }.map(\.name)
    let recovered = marks.compactMap { Int64($0.dropFirst(Self.mark.count)) }.max() ?? 0
    let folders = entries.filter(\.isDirectory)
    let checkpoint = await run.checkpoint
    // Without a finished load nothing builds on the tables: the next load replaces them all.
    let isBegun = checkpoint != nil && checkpoint?.kind != .unfinishedLoad
    let sequence = await run.sequence
    var current: [(folder: String, manifest: Manifest)] = []
    var spent: [String] = []
    for entry in folders {
      let folder = "\(root)/\(entry.name)"
      if isBegun, let bytes = try await session.files.download("\(folder)/\(Manifest.fileName)"),
        case let manifest = try Manifest(parsing: bytes), manifest.sequence == sequence,
        manifest.epoch >= recovered
      {
        current.append((folder, manifest))
      } else {
        spent.append(folder)
      }
    }
    current.sort { ($0.manifest.epoch, $0.manifest.id) < ($1.manifest.epoch, $1.manifest.id) }
    let chosen = await newest(current)
    spent += current.filter { item in !chosen.contains { $0.folder == item.folder } }.map(\.folder)
    // What failed, and what came after it, stays for the next runner.
    if let failed = try await apply(chosen) { return failed }
    try await run.recordVersions()
    for folder in spent { await session.removeFolder(folder) }
    try await session.files.upload("\(root)/\(Self.mark)\(run.epoch)", .bytes([]), overwrite: true)
    for mark in marks { try? await session.files.delete("\(root)/\(mark)") }
    return nil
  }

  /// How the name of the mark begins; the epoch of the runner that has recovered follows.
  static let mark = "recovered-"

  /// The last load of each table, if it is not written down yet, and the last package.
  private func newest(
    _ sealed: [(folder: String, manifest: Manifest)]
  ) async -> [(folder: String, manifest: Manifest)] {
    var chosen: [(folder: String, manifest: Manifest)] = []
    for (place, item) in sealed.enumerated() {
      let later = sealed.dropFirst(place + 1).map(\.manifest)
      switch item.manifest.content {
      case .load:
        guard let table = item.manifest.tables.first?.table.name else { continue }
        let isReplaced = later.contains { $0.isLoad && $0.tables.first?.table.name == table }
        let isRecorded = await run.isLoaded(table, by: item.manifest.id)
        if !isReplaced && !isRecorded { chosen.append(item) }
      case .package:
        if !later.contains(where: { !$0.isLoad }) { chosen.append(item) }
      }
    }
    return chosen
  }

  /// A table that a package cannot bring up is none the worse where a later load has replaced it.
  private func apply(_ sealed: [(folder: String, manifest: Manifest)]) async throws -> FailedDelivery? {
    var failed: FailedDelivery?
    for item in sealed {
      let refused = try await Delivery(run, item.manifest, folder: item.folder).bringUp()
      if item.manifest.isLoad, refused.isEmpty, let table = item.manifest.tables.first?.table.name {
        failed?.refused[table] = nil
      }
      guard !refused.isEmpty else { continue }
      failed = failed ?? FailedDelivery(refused: [:])
      failed?.refused.merge(refused) { first, _ in first }
      failed?.folders.append(item.folder)
      if case .package(_, let checkpoint) = item.manifest.content { failed?.checkpoint = checkpoint }
    }
    guard let done = failed, done.refused.isEmpty else { return failed }
    for folder in done.folders { await run.spend(folder) }
    if let checkpoint = done.checkpoint { try await run.record(checkpoint) }
    return nil
  }
}

extension Manifest {
  var isLoad: Bool { if case .load = content { true } else { false } }
}
