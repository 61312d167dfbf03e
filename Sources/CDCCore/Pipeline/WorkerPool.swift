#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Synchronization

/// Threads for the work that computes and writes files: encoding, compressing, merging, syncing.
///
/// On the cooperative pool, which has as many threads as there are cores, such work would hold up every hop of
/// every other task for as long as a batch takes, the readers' among them: they would stop reading while batches
/// are encoded. Here the system's scheduler shares the cores instead.
///
/// The threads live until the pool is gone; the pool outlives every task that prefers it.
final class WorkerPool: TaskExecutor {
  private let queue = JobQueue()

  /// - Throws: where the system gives not a single thread: the pool's jobs would wait for ever.
  init(threads: Int) throws(CDCError) {
    var started = 0
    for _ in 0..<max(threads, 1) where queue.startThread() { started += 1 }
    guard started > 0 else {
      throw CDCError(
        .configuration,
        "The system starts no more threads, so nothing can be written. Raise the limits on threads and processes (ulimit -u, "
          + "a container's pids limit), or stop other programs.", isRetryable: true)
    }
  }

  deinit { queue.stop() }

  func enqueue(_ job: consuming ExecutorJob) {
    unsafe queue.append(UnownedJob(job), executor: asUnownedTaskExecutor())
  }
}

/// What the threads share. They hold it, not the pool, so that the pool's end can reach them.
private final class JobQueue: Sendable {
  private struct State {
    var jobs: [Job] = []
    var isStopped = false
  }

  /// The executor outlives its jobs: whoever runs a task on a pool keeps the pool until the task has ended.
  @safe private struct Job {
    let job: UnownedJob
    let executor: UnownedTaskExecutor
  }

  private let state = Mutex(State())
  private let available = Semaphore()

  func startThread() -> Bool {
    let start = unsafe Unmanaged.passRetained(self)
    var thread = pthread_t()
    let failed = unsafe pthread_create(
      &thread, nil,
      { queue in
        if let queue = unsafe queue { unsafe Unmanaged<JobQueue>.fromOpaque(queue).takeRetainedValue().run() }
        return nil
      }, start.toOpaque())
    if failed == 0 { pthread_detach(thread) } else { unsafe start.release() }
    return failed == 0
  }

  func append(_ job: UnownedJob, executor: UnownedTaskExecutor) {
    state.withLock { unsafe $0.jobs.append(Job(job: job, executor: executor)) }
    available.signal()
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    available.signal()
  }

  private func run() {
    while true {
      available.wait()
      let next = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
      if let next {
        unsafe next.job.runSynchronously(on: next.executor)
      } else if state.withLock({ $0.isStopped }) {
        available.signal()
        return
      }
    }
  }
}

@safe private final class Semaphore: @unchecked Sendable {
  private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { unsafe sem_init(handle, 0, 0) }

  deinit {
    unsafe sem_destroy(handle)
    unsafe handle.deallocate()
  }

  func signal() { unsafe sem_post(handle) }
  func wait() { while unsafe sem_wait(handle) != 0 {} }
}
