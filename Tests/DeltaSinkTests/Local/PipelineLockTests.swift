#if canImport(Glibc)
  import CDCCore
  import Glibc
  import TestSupport
  import Testing

  @testable import DeltaSink

  struct PipelineLockTests {
    @Test func keepsASecondRunnerAway() throws {
      let directory = try TemporaryDirectory()
      let layout = LakeLayout(root: directory.path("lake"))
      let lock = try PipelineLock(layout, pipeline: "p")
      #expect(throws: CDCError.self) { try PipelineLock(layout, pipeline: "p") }
      _ = try PipelineLock(layout, pipeline: "other")
      withExtendedLifetime(lock) {}
    }

    /// As a child has it between fork(2) and execve(2), which other threads may be busy with at any moment.
    @Test func endsWithItsOwnerWhoeverElseHasTheDescriptor() throws {
      let directory = try TemporaryDirectory()
      let layout = LakeLayout(root: directory.path("lake"))
      var lock: PipelineLock? = try PipelineLock(layout, pipeline: "p")
      let copy = dup(try #require(lock?.descriptor))
      defer { close(copy) }
      lock = nil
      _ = try PipelineLock(layout, pipeline: "p")
    }
  }
#endif
