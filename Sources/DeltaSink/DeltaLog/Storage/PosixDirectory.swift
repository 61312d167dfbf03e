#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Directories of a table: create, list, make durable.
enum PosixDirectory {
  /// Creates it and its parents where they are missing.
  static func create(_ path: String) throws {
    if unsafe mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
      try create(String(path[..<slash]))
      if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    default: break
    }
    throw PosixFile.failure("create", path)
  }

  /// The names in it, in no order, without `.` and `..`; nil where there is no such directory.
  static func list(_ path: String) throws -> [String]? {
    guard let directory = unsafe opendir(path) else {
      if errno == ENOENT { return nil }
      throw PosixFile.failure("list", path)
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(directory) else { break }
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw PosixFile.failure("list", path) }
    return names
  }

  /// Removes it with all that is in it; the name is gone first, in one step. Links are not followed.
  static func remove(_ path: String) throws {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let hidden = "\(path[..<slash])/.cdc-removed-\(UniqueName())"
    try PosixFile.move(path, to: hidden)
    try sync(String(path[..<slash]))
    try removeContent(hidden)
  }

  private static func removeContent(_ path: String) throws {
    for name in try list(path) ?? [] {
      let entry = "\(path)/\(name)"
      if isDirectory(entry) { try removeContent(entry) } else { try PosixFile.remove(entry) }
    }
    guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw PosixFile.failure("remove", path) }
  }

  /// Makes the names in the directory durable: a file's own fsync(2) does not.
  static func sync(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PosixFile.failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw PosixFile.failure("sync", path) }
  }
}
