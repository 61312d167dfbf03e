internal import CDCCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Requests for loads as files beside the pipeline's lock: `ID.request`, locked by the process that wants it for as long as
/// that lives, then `ID.outcome`.
struct LoadRequestFiles {
  let directory: String

  init(_ layout: LakeLayout, pipeline: String) { directory = layout.requestsPath(pipeline: pipeline) }

  private func path(_ id: String, _ kind: String) -> String { "\(directory)/\(id).\(kind)" }

  /// - Returns: what keeps the request alive.
  func put(_ request: LoadRequest) throws -> FileLock {
    try PosixDirectory.create(directory)
    let hidden = path(request.id, "new")
    try PosixFile.create(hidden, Array(request.json.text.utf8))
    guard let lock = try FileLock(hidden) else { throw PosixFile.failure("lock", hidden) }
    try PosixFile.move(hidden, to: path(request.id, "request"))
    return lock
  }

  /// Without those whose process has died, which are removed.
  func waiting(pipeline: String) throws -> [LoadRequest] {
    try (PosixDirectory.list(directory) ?? []).filter { $0.hasSuffix(".request") }.sorted().compactMap {
      name in
      let file = "\(directory)/\(name)"
      if try FileLock(file) != nil {
        try PosixFile.remove(file)
        return nil
      }
      guard let bytes = try PosixFile.read(file) else { return nil }
      let id = String(name.dropLast(".request".count))
      return LoadRequest(
        try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)), id: id, pipeline: pipeline)
    }
  }

  func answer(_ request: LoadRequest, _ outcome: LoadOutcome) throws {
    let hidden = path(request.id, "answer")
    try PosixFile.create(hidden, Array(outcome.json.text.utf8))
    try PosixFile.move(hidden, to: path(request.id, "outcome"))
    try PosixFile.remove(path(request.id, "request"))
  }

  func outcome(of request: LoadRequest) throws -> LoadOutcome? {
    guard let bytes = try PosixFile.read(path(request.id, "outcome")) else { return nil }
    return LoadOutcome(try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  func remove(_ request: LoadRequest) throws {
    for kind in ["new", "request", "outcome"] { try PosixFile.remove(path(request.id, kind)) }
  }
}

/// A lock of the kernel's on a file that exists (flock(2)), gone with the process.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil where another has it, or there is no such file.
  init?(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw PosixFile.failure("open", path)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit {
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
