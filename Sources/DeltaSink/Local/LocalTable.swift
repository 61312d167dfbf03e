import CDCCore
import Logging
import Synchronization

/// One Delta table of the lake: where it lies, its newest known snapshot, and readers of its files.
final class LocalTable: Sendable {
  let name: TableName
  let store: FileLogStore

  private struct State {
    var snapshot: DeltaSnapshot?
    var readers: [String: ParquetFileReader] = [:]
  }
  private let state = Mutex(State())

  /// Footers kept in memory, by file.
  private static let readerLimit = 512

  init(name: TableName, path: String) {
    self.name = name
    store = FileLogStore(tablePath: path)
  }

  /// The newest snapshot; nil where there is no table yet.
  func snapshot() throws -> DeltaSnapshot? {
    let known = state.withLock { $0.snapshot }
    let newest = try known.map { try $0.refreshed() } ?? DeltaSnapshot.load(store)
    if let newest { adopt(newest) }
    return newest
  }

  private func adopt(_ snapshot: DeltaSnapshot) {
    state.withLock { state in
      state.snapshot = snapshot
      state.readers = state.readers.filter { snapshot.file(at: $0.key) != nil }
    }
  }

  /// Takes over what a commit led to, and keeps the log short. The commit stands whether or not that succeeds.
  func committed(_ snapshot: DeltaSnapshot, _ logger: Logger) {
    adopt(snapshot)
    do {
      if try snapshot.writeCheckpointIfDue() { try snapshot.cleanUpLog() }
    } catch {
      logger.warning(
        "no checkpoint was written, the next one will do",
        metadata: ["table": "\(store.tablePath)", "error": "\(error)"])
    }
  }

  /// The snapshot last seen, without looking.
  var current: DeltaSnapshot? { state.withLock { $0.snapshot } }

  /// A reader of a data file; its footer is read once.
  func reader(of path: String) throws -> ParquetFileReader {
    if let known = state.withLock({ $0.readers[path] }) { return known }
    let reader = try ParquetFileReader(path: store.absolutePath(path))
    state.withLock { state in
      if state.readers.count >= Self.readerLimit { state.readers.removeAll() }
      state.readers[path] = reader
    }
    return reader
  }

  /// The deletion vector of a file; nil where it has none.
  func deletionVector(of file: AddFile) throws -> DeletionVector? {
    try file.deletionVector.map { try DeletionVector.read($0, from: store) }
  }
}

extension DeltaSnapshot {
  /// How far the table has come; zero where the pipeline never wrote it.
  func position(of pipeline: String) -> LSN {
    LSN(UInt64(bitPattern: transactions[pipeline]?.version ?? 0))
  }
}
