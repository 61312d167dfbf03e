/// The log's directory in order: which commits there are, and which checkpoints are whole.
struct LogListing: Sendable {
  /// Ascending.
  private(set) var commits: [Int] = []
  /// Whole classic checkpoints, ascending; of two for one version the single file is taken.
  private(set) var checkpoints: [CheckpointFiles] = []
  /// Checkpoints of the V2 spec, which are not read here, ascending.
  private(set) var uuidCheckpoints: [Int] = []

  struct CheckpointFiles: Sendable, Hashable {
    var version: Int
    var files: [LogFileName]
  }

  init(names: [String]) {
    var singles: Set<Int> = []
    var parts: [PartKey: Set<Int>] = [:]
    for case .some(let name) in names.map(LogFileName.init) {
      switch name {
      case .commit(let version): commits.append(version)
      case .checkpoint(let version): singles.insert(version)
      case .checkpointPart(let version, let part, let count):
        parts[PartKey(version: version, parts: count), default: []].insert(part)
      case .uuidCheckpoint(let version): uuidCheckpoints.append(version)
      case .compaction, .checksum: break
      }
    }
    commits.sort()
    uuidCheckpoints.sort()
    checkpoints = singles.map { CheckpointFiles(version: $0, files: [.checkpoint($0)]) }
    for (key, found) in parts where found.count == key.parts && !singles.contains(key.version) {
      let files = found.sorted().map {
        LogFileName.checkpointPart(key.version, part: $0, parts: key.parts)
      }
      checkpoints.append(CheckpointFiles(version: key.version, files: files))
    }
    checkpoints.sort { ($0.version, $0.files.count) < ($1.version, $1.files.count) }
  }

  private struct PartKey: Hashable {
    var version: Int
    var parts: Int
  }
}
