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

  /// - Returns: what could not be applied, where trying again would not help.
  func resume() async throws -> FailedDeliveries? {
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

  private func apply(_ sealed: [(folder: String, manifest: Manifest)]) async throws -> FailedDeliveries? {
    for (place, item) in sealed.enumerated() {
      do {
        try await Delivery(run, item.manifest, folder: item.folder).apply()
      } catch let error as any Retryable where error.isRetryable {
        throw error
      } catch let error as DatabricksError where error.code != .permissionDenied {
        return FailedDeliveries(error: error, folders: sealed[place...].map(\.folder))
      } catch let error as CDCError where error.code != .fenced {
        return FailedDeliveries(error: error, folders: sealed[place...].map(\.folder))
      }
    }
    return nil
  }
}

extension Manifest {
  var isLoad: Bool { if case .load = content { true } else { false } }
}

/// Deliveries that were sealed and cannot be applied. Tables may have parts of them, so changes cannot go on.
struct FailedDeliveries: Sendable {
  let error: any Error
  let folders: [String]

  /// From now on only a full load can go on; what it replaces need not be applied.
  func giveUp(_ run: DatabricksRun) async throws {
    if var checkpoint = await run.checkpoint {
      checkpoint.kind = .unfinishedLoad
      try await run.record(checkpoint)
    }
    for folder in folders { await run.session.removeFolder(folder) }
  }
}
