import CDCCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps a second runner of the same pipeline away from the lake for as long as this object lives. The kernel lets go
/// of it when the process dies (flock(2)), so nothing has to be cleaned up by hand.
final class PipelineLock: Sendable {
  /// Nil where it is not known whose it is.
  let pipeline: String?
  let descriptor: Int32

  /// - Throws: `CDCError.fenced` where another runner holds it.
  convenience init(_ layout: LakeLayout, pipeline: String) throws {
    try PosixDirectory.create(layout.root)
    try self.init(pipeline, layout.lockPath(pipeline: pipeline), in: layout)
  }

  /// Those of all pipelines that ever worked on the lake.
  ///
  /// - Throws: `CDCError.fenced` where one is at work.
  static func all(of layout: LakeLayout) throws -> [PipelineLock] {
    try (PosixDirectory.list(layout.root) ?? []).filter(LakeLayout.isLock).map { name in
      try PipelineLock(nil, "\(layout.root)/\(name)", in: layout)
    }
  }

  private init(_ pipeline: String?, _ path: String, in layout: LakeLayout) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw PosixFile.failure("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw PosixFile.failure("lock", path) }
      throw CDCError(
        .fenced,
        "\(pipeline.map { "Pipeline \($0)" } ?? "A pipeline") is in use: another process works on the lake "
          + "\(layout.root). Wait until it has ended, or stop it.")
    }
    self.pipeline = pipeline
    self.descriptor = descriptor
  }

  /// Unlocks by name: a child that is being spawned at this moment has the descriptor, too, and would hold on to the lock
  /// until it has begun to run its program.
  deinit {
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
