/// The files of a snapshot: found by path, listed in the order in which the log added them.
struct FileSet: Sendable {
  private var entries: [AddFile?] = []
  private var positions: [String: Int] = [:]

  var count: Int { positions.count }
  var files: [AddFile] { entries.compactMap(\.self) }

  subscript(path: String) -> AddFile? { positions[path].flatMap { entries[$0] } }

  /// Replaces what is known of the same path.
  mutating func insert(_ file: AddFile) {
    if let position = positions[file.path] {
      entries[position] = file
    } else {
      positions[file.path] = entries.count
      entries.append(file)
    }
  }

  mutating func remove(path: String) {
    guard let position = positions.removeValue(forKey: path) else { return }
    entries[position] = nil
    if entries.count > 64, entries.count > positions.count * 2 { compact() }
  }

  private mutating func compact() {
    entries.removeAll { $0 == nil }
    for case (let position, let file?) in entries.enumerated() { positions[file.path] = position }
  }
}
