#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs an actor's jobs one after the other on a thread of its own.
///
/// libpq blocks, and a connection "can be used by one thread at a time" (manual, "Behavior in Threaded Programs"):
/// each connection gets such a thread, so that the threads which all other tasks share are never held up.
/// The thread ends when the executor is gone and the last job has run.
package final class ConnectionExecutor: SerialExecutor {
  private let queue = JobQueue()

  package init() throws(PostgresError) {
    let queue = queue
    try startThread { queue.run() }
  }

  deinit { queue.stop() }

  package func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job), for: self)
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  package func checkIsolated() {
    precondition(queue.isCurrentThread, "not on the connection's thread")
  }

  /// Calls `body` on the thread whenever it has been idle for `interval` nanoseconds: what must happen in time, however
  /// busy the threads are that other tasks share. Nil ends that.
  func whenIdle(every interval: Int64 = 0, _ body: (@Sendable () -> Void)?) {
    queue.setIdleBody(body, interval: interval)
  }
}

/// The jobs that wait for the thread. Everything mutable is guarded by `mutex`.
@safe
private final class JobQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Each with its executor, which so outlives the job.
  private var waiting: [(job: UnownedJob, executor: ConnectionExecutor)] = []
  private var isStopped = false
  private var idleBody: (@Sendable () -> Void)?
  private var idleInterval: Int64 = 0
  private var thread: pthread_t?

  init() {
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe changed.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      unsafe pthread_cond_init(changed, nil)
    #else
      // Of a clock that is set back a timed wait would come too late.
      var attributes = pthread_condattr_t()
      unsafe pthread_condattr_init(&attributes)
      unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      unsafe pthread_cond_init(changed, &attributes)
      unsafe pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  func append(_ job: UnownedJob, for executor: ConnectionExecutor) {
    unsafe pthread_mutex_lock(mutex)
    waiting.append((job, executor))
    unsafe pthread_cond_signal(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  func stop() {
    unsafe pthread_mutex_lock(mutex)
    isStopped = true
    unsafe pthread_cond_signal(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  func setIdleBody(_ body: (@Sendable () -> Void)?, interval: Int64) {
    unsafe pthread_mutex_lock(mutex)
    idleBody = body
    idleInterval = interval
    unsafe pthread_cond_signal(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  var isCurrentThread: Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    guard let thread = thread else { return false }
    return pthread_equal(thread, pthread_self()) != 0
  }

  func run() {
    unsafe pthread_mutex_lock(mutex)
    thread = pthread_self()
    unsafe pthread_mutex_unlock(mutex)
    while true {
      unsafe pthread_mutex_lock(mutex)
      var isIdle = false
      while waiting.isEmpty && !isStopped && !isIdle { isIdle = waitForChange() }
      let jobs = waiting
      waiting = []
      let body = isIdle ? idleBody : nil
      unsafe pthread_mutex_unlock(mutex)
      if let body { body() } else if jobs.isEmpty { return }
      for (job, executor) in jobs { unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
    }
  }

  /// True when nothing happened for as long as the idle body wants.
  private func waitForChange() -> Bool {
    guard idleBody != nil else {
      unsafe pthread_cond_wait(changed, mutex)
      return false
    }
    #if canImport(Darwin)
      var time = timespec(
        tv_sec: Int(idleInterval / 1_000_000_000), tv_nsec: Int(idleInterval % 1_000_000_000))
      return unsafe pthread_cond_timedwait_relative_np(changed, mutex, &time) == ETIMEDOUT
    #else
      let end = monotonicNanoseconds() &+ idleInterval
      var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
      return unsafe pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT
    #endif
  }
}

/// Runs `body` on a new detached thread.
func startThread(_ body: @escaping @Sendable () -> Void) throws(PostgresError) {
  final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let start = unsafe Unmanaged.passRetained(Start(body))
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  defer { unsafe pthread_attr_destroy(&attributes) }
  #if os(Linux)
    var thread = pthread_t()
  #else
    var thread: pthread_t?
  #endif
  let status = unsafe pthread_create(
    &thread, &attributes,
    { argument in
      #if os(Linux)
        guard let argument = unsafe argument else { return nil }
      #endif
      unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, start.toOpaque())
  guard status == 0 else {
    unsafe start.release()
    throw PostgresError(.system, "no thread for a connection could be started (error \(status))")
  }
}
