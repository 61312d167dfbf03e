#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The local folder of files that are written but not uploaded yet. What a dead process left there goes with the next
/// `open` of the same pipeline into the same dataset.
struct Spool: Sendable {
  private let directory: String
  private let prefix: String

  init(directory: String?, identity: String) {
    self.directory = directory ?? Self.temporaryDirectory
    prefix = LakeLayout.unfinishedPrefix(pipeline: identity)
  }

  func newPath() -> String { "\(directory)/\(prefix)\(UniqueName()).parquet" }

  func create() throws { try PosixDirectory.create(directory) }

  func removeLeftovers() throws {
    for name in try PosixDirectory.list(directory) ?? [] where name.hasPrefix(prefix) {
      _ = try? PosixFile.remove("\(directory)/\(name)")
    }
  }

  private static var temporaryDirectory: String {
    guard let value = unsafe getenv("TMPDIR"), unsafe value.pointee != 0 else { return "/tmp" }
    return unsafe String(cString: value)
  }
}
