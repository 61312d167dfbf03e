/// The log of one table on a POSIX file system: reads by version, writes each version at most once.
///
/// A commit becomes visible by link(2), which fails where the name is taken: readers see all of it or
/// nothing, and of two writers one wins. PROTOCOL.md, "Creation of New Log Entries".
package struct FileLogStore: Sendable, Hashable {
  /// The table's directory, without a slash at its end.
  package let tablePath: String

  package init(tablePath: String) {
    var path = tablePath
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.tablePath = path
  }

  package var logPath: String { "\(tablePath)/_delta_log" }

  /// The newest commit's version; nil where there is no table. Lists the directory.
  package func latestVersion() throws -> Int? {
    try list().commits.last
  }

  func list() throws -> LogListing {
    LogListing(names: try PosixDirectory.list(logPath) ?? [])
  }

  /// The commit's bytes; nil where there is no such commit.
  package func read(_ version: Int) throws -> [UInt8]? {
    try PosixFile.read(path(of: .commit(version)))
  }

  /// Writes the commit of this version unless there is one: true where it is ours and durable, false where
  /// another writer was first. After an error the commit may or may not be there: load the table to know.
  package func putIfAbsent(_ version: Int, _ bytes: [UInt8]) throws -> Bool {
    try PosixDirectory.create(logPath)
    let temporary = temporaryPath(for: .commit(version))
    try PosixFile.create(temporary, bytes)
    defer { _ = try? PosixFile.remove(temporary) }
    guard try PosixFile.addName(path(of: .commit(version)), to: temporary) else { return false }
    try PosixDirectory.sync(logPath)
    return true
  }

  /// Writes a file that may be replaced (a checkpoint, `_last_checkpoint`): atomic and durable.
  func replace(_ path: String, _ bytes: [UInt8]) throws {
    let temporary = "\(logPath)/.\(UniqueName()).tmp"
    try PosixFile.create(temporary, bytes)
    do { try PosixFile.move(temporary, to: path) } catch {
      _ = try? PosixFile.remove(temporary)
      throw error
    }
    try PosixDirectory.sync(logPath)
  }

  func path(of name: LogFileName) -> String { "\(logPath)/\(name.text)" }

  /// In the log's directory, as link(2) needs; begins with a dot, so no reader takes it for a log file.
  func temporaryPath(for name: LogFileName) -> String { "\(logPath)/.\(name.text).\(UniqueName()).tmp" }
}
