/// The messages of one transaction in progress, in memory and, what does not fit, in an unlinked temporary file.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct SpooledTransaction {
  /// Records one after the other: xid of the subtransaction, position, length (big-endian), message without xid.
  private(set) var memory: [UInt8] = []
  private(set) var file: SpoolFile?
  private(set) var aborted: Set<UInt32> = []

  static let headerSize = 16

  /// - Parameter message: type byte, xid, body; kept without the xid, as outside of streamed blocks.
  mutating func append(
    _ message: RawSpan, xid: UInt32, position: LogSequenceNumber
  ) throws(MalformedBytes) {
    guard message.byteCount >= 5 else { throw MalformedBytes(.truncated, at: message.byteCount) }
    let type = try message.peekUInt8(at: 0)
    appendHeader(xid: xid, position: position, count: message.byteCount - 4)
    memory.append(type)
    unsafe message.extracting(5...).withUnsafeBytes { unsafe memory.append(contentsOf: $0) }
  }

  /// A message that carries no xid.
  mutating func appendPlain(_ message: RawSpan, xid: UInt32, position: LogSequenceNumber) {
    appendHeader(xid: xid, position: position, count: message.byteCount)
    unsafe message.withUnsafeBytes { unsafe memory.append(contentsOf: $0) }
  }

  private mutating func appendHeader(xid: UInt32, position: LogSequenceNumber, count: Int) {
    memory.appendBigEndian(xid)
    memory.appendBigEndian(position.rawValue)
    memory.appendBigEndian(UInt32(count))
  }

  mutating func abort(subtransaction xid: UInt32) { aborted.insert(xid) }

  /// Moves what is in memory to the file.
  mutating func spill(directory: String?) throws {
    if file == nil { file = try SpoolFile(directory: directory) }
    try file?.append(memory)
    memory = []
  }
}

/// A file that has no name any more: gone with its last reader, also after a crash.
final class SpoolFile: Sendable {
  private let descriptor: Int32

  init(directory: String?) throws {
    let environment = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let template = (directory ?? environment ?? "/tmp") + "/cdc-spool.XXXXXX"
    var path = Array(template.utf8CString)
    descriptor = unsafe mkstemp(&path)
    guard descriptor >= 0 else { throw PostgresError.system("creating \(template)") }
    unsafe unlink(&path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = unsafe write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          throw PostgresError.system("writing a large transaction to its temporary file")
        }
        done += count
      }
    }
  }

  /// Up to `count` bytes from `offset`; empty at the end.
  func read(at offset: Int, count: Int) throws -> [UInt8] {
    var result = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      repeat {
        result = unsafe pread(descriptor, buffer.baseAddress, count, off_t(offset))
      } while result < 0
        && errno == EINTR
      initialized = max(result, 0)
    }
    if result < 0 { throw PostgresError.system("reading a large transaction from its temporary file") }
    return bytes
  }
}
