internal import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A thread that owns a curl handle and runs one transfer after the other: libcurl's calls block, so they never run on
/// the threads that all tasks share.
///
/// Unchecked Sendable: the handle is used by the thread alone, but for `wakeUp`, which libcurl allows.
final class TransferThread: @unchecked Sendable {
  private let handle: CurlHandle
  private let pool: TransferPool
  private let mailbox = Mutex(Mailbox())

  private struct Mailbox {
    var job: TransferPool.Job?
    var isStopped = false
  }

  init(pool: TransferPool) throws(HTTPError) {
    handle = try CurlHandle()
    self.pool = pool
  }

  func start(_ job: TransferPool.Job) throws(HTTPError) {
    mailbox.withLock { $0.job = job }
    try startThread { self.run() }
  }

  func give(_ job: TransferPool.Job) {
    mailbox.withLock { $0.job = job }
    handle.wakeUp()
  }

  func wakeUp() { handle.wakeUp() }

  func stop() {
    mailbox.withLock { $0.isStopped = true }
    handle.wakeUp()
  }

  private func run() {
    while true {
      let (job, isStopped) = mailbox.withLock { mailbox in
        defer { mailbox.job = nil }
        return (mailbox.job, mailbox.isStopped)
      }
      if let job {
        work(job)
      } else if isStopped {
        return
      } else {
        handle.sleep()
      }
    }
  }

  private func work(_ first: TransferPool.Job) {
    var job = first
    while true {
      let result = Result { try handle.perform(job.transfer) }
      let next = pool.nextJob(after: job, for: self)
      job.continuation.resume(with: result)
      guard let next else { return }
      job = next
    }
  }
}

/// Runs `body` on a new detached thread.
private func startThread(_ body: @escaping @Sendable () -> Void) throws(HTTPError) {
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
    throw HTTPError(.system, "No thread for a connection could be started (error \(status)).")
  }
}
