internal import CLibpq

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file descriptor that any thread can make readable, so that a thread asleep in poll() on a silent socket notices
/// a cancellation or a confirmed position. An eventfd on Linux, a pipe elsewhere.
final class WakeUp: Sendable {
  /// To be polled for reading.
  let descriptor: Int32
  private let writeEnd: Int32

  init() throws(PostgresError) {
    #if os(Linux)
      descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
      writeEnd = descriptor
      guard descriptor >= 0 else { throw .system("eventfd") }
    #else
      var ends: [Int32] = [-1, -1]
      guard unsafe pipe(&ends) == 0 else { throw .system("pipe") }
      (descriptor, writeEnd) = (ends[0], ends[1])
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
    #endif
  }

  deinit {
    close(descriptor)
    if writeEnd != descriptor { close(writeEnd) }
  }

  /// Makes the descriptor readable; never blocks, cheap to repeat.
  func signal() {
    var one: UInt64 = 1
    #if os(Linux)
      _ = unsafe write(writeEnd, &one, 8)
    #else
      _ = unsafe write(writeEnd, &one, 1)
    #endif
  }

  /// Makes the descriptor silent again.
  func clear() {
    var counter: UInt64 = 0
    #if os(Linux)
      _ = unsafe read(descriptor, &counter, 8)
    #else
      while unsafe read(descriptor, &counter, 8) > 0 {}
    #endif
  }
}

extension PostgresError {
  /// A system call that failed, with what errno says.
  static func system(_ call: String) -> PostgresError {
    PostgresError(.system, "\(call) failed: \(unsafe String(cString: strerror(errno)))")
  }
}

/// Nanoseconds on a clock that only goes forward.
@inline(__always)
func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// Microseconds since 1970-01-01T00:00:00Z.
func wallClockMicroseconds() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
}
