#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Int64 {
  /// The wall clock in the unit of the columns' timestamps.
  static var microsecondsSince1970: Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
