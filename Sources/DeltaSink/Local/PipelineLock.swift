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
  let pipeline: String
  let descriptor: Int32

  /// - Throws: `CDCError.fenced` where another runner holds it.
  init(_ layout: LakeLayout, pipeline: String) throws {
    try PosixDirectory.create(layout.root)
    let path = layout.lockPath(pipeline: pipeline)
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw PosixFile.failure("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw PosixFile.failure("lock", path) }
      throw CDCError(
        .fenced,
        "Pipeline \(pipeline) is in use: another process works on the lake \(layout.root). Wait until it has "
          + "ended or stop it, or give this run another pipeline name.")
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
