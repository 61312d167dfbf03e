#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension PosixDirectory {
  /// False too where nothing has the name.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

extension FileLogStore {
  /// Makes the table's folders, durably: a lost folder would take committed files with it.
  func createFolders() throws {
    guard !PosixDirectory.isDirectory(logPath) else { return }
    try PosixDirectory.create(logPath)
    var path = tablePath
    for _ in 0..<3 {
      try PosixDirectory.sync(path)
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
      path = String(path[..<slash])
    }
  }
}
