#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Removes files in a table's folder that neither the table nor a recent version of it names. PROTOCOL.md, "VACUUM" in
/// Delta's manual: what is younger than the retention stays, also what a writer has not committed yet.
struct Vacuum {
  let store: FileLogStore
  let snapshot: DeltaSnapshot
  let retention: Duration

  /// Files with a hidden name are a load's at work, or what a run that died left: they are kept as long as this at least.
  private static let unfinished = 7 * 86_400_000 as Int64

  func run(dryRun: Bool) throws -> VacuumReport {
    let now = WallClock.milliseconds
    let kept = retention.components.seconds * 1000
    guard kept <= (try snapshot.metadata.deletedFileRetention()) else {
      throw DeltaError(
        .invalidTransaction,
        "The table's log remembers for \(try snapshot.metadata.deletedFileRetention() / 3_600_000) hours which files were "
          + "removed: ask for a retention of no more than that, or set delta.deletedFileRetentionDuration.",
        path: store.tablePath)
    }
    let horizon = now - kept
    let needed = try self.needed(after: horizon)
    var report = VacuumReport()
    for name in try PosixDirectory.list(store.tablePath) ?? [] where Self.isOurs(name) {
      guard !needed.contains(name) else { continue }
      let path = "\(store.tablePath)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      let isUnfinished = name.hasPrefix(".")
      guard
        Int64(status.modifiedSeconds) * 1000 < (isUnfinished ? min(horizon, now - Self.unfinished) : horizon)
      else { continue }
      report.files.append(name)
      report.bytes += Int64(status.st_size)
      if !dryRun { try PosixFile.remove(path) }
    }
    report.files.sort()
    return report
  }

  /// Data files and deletion vectors; files of other kinds are not ours to judge.
  private static func isOurs(_ name: String) -> Bool {
    if name.hasPrefix("_") { return false }
    if name.hasPrefix(".") { return name.hasPrefix(".cdc-") && name.hasSuffix(".parquet") }
    return name.hasSuffix(".parquet") || (name.hasPrefix("deletion_vector_") && name.hasSuffix(".bin"))
  }

  /// Names, relative to the table, that must stay.
  private func needed(after horizon: Int64) throws -> Set<String> {
    var names: Set<String> = []
    func keep(_ path: String, _ vector: DeletionVectorDescriptor?) throws {
      names.insert(relative(path))
      if let file = try vector?.filePath() { names.insert(relative(file)) }
    }
    for file in snapshot.files { try keep(file.path, file.deletionVector) }
    for file in snapshot.tombstones where file.deletionTimestamp ?? 0 >= horizon {
      try keep(file.path, file.deletionVector)
    }
    return names
  }

  private func relative(_ path: String) -> String {
    let absolute = store.absolutePath(path)
    let folder = store.tablePath + "/"
    return absolute.hasPrefix(folder) ? String(absolute.dropFirst(folder.count)) : absolute
  }
}

/// What `vacuum` removed, or would remove.
public struct VacuumReport: Sendable, Hashable {
  /// Names in the table's folder.
  public var files: [String] = []
  public var bytes: Int64 = 0
}

extension stat {
  fileprivate var modifiedSeconds: Int {
    #if canImport(Darwin)
      Int(st_mtimespec.tv_sec)
    #else
      Int(st_mtim.tv_sec)
    #endif
  }
}
