#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The local folder of files that are written but not uploaded yet: rows of tables, so nobody else can read them. What a dead
/// process left there goes with the next `open` of the same pipeline into the same dataset.
struct Spool: Sendable {
  private let parent: String
  private let directory: String
  private let prefix: String

  /// - Parameter parent: the folder of the spool's folder, which may be everybody's; nil for TMPDIR, else /tmp.
  init(in parent: String?, identity: String) {
    self.parent = parent ?? Self.temporaryDirectory
    directory = "\(self.parent)/cdc-spool-\(geteuid())"
    prefix = LakeLayout.unfinishedPrefix(pipeline: identity)
  }

  func newPath() -> String { "\(directory)/\(prefix)\(UniqueName()).parquet" }

  /// - Throws: where the folder is somebody else's.
  func create() throws {
    try PosixDirectory.create(parent)
    try PosixDirectory.createPrivate(directory)
  }

  func removeLeftovers() throws {
    guard try PosixDirectory.isPrivate(directory) else { return }
    for name in try PosixDirectory.list(directory) ?? [] where name.hasPrefix(prefix) {
      _ = try? PosixFile.remove("\(directory)/\(name)")
    }
  }

  private static var temporaryDirectory: String {
    guard let value = unsafe getenv("TMPDIR"), unsafe value.pointee != 0 else { return "/tmp" }
    return unsafe String(cString: value)
  }
}

extension PosixDirectory {
  /// Creates it for this user alone. Its parent is there, and may be everybody's, as /tmp is: a name that is there already may
  /// be a trap.
  fileprivate static func createPrivate(_ path: String) throws {
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw PosixFile.failure("create", path) }
    guard try isPrivate(path) else {
      throw DeltaError(
        .fileSystem,
        "The folder for files on their way is there, and is not this user's alone. Set TMPDIR to a folder of your own.",
        path: path)
    }
  }

  /// False where nothing has the name, or what has it is another's or a link.
  fileprivate static func isPrivate(_ path: String) throws -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return false }
      throw PosixFile.failure("stat", path)
    }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { return false }
    if status.st_mode & 0o077 == 0 { return true }
    guard unsafe chmod(path, 0o700) == 0 else { throw PosixFile.failure("protect", path) }
    return true
  }
}
