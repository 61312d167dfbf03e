// The file a writer streams to: bytes collect in a buffer and go out in large writes.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Owns the descriptor and the bytes not yet written.
struct FileOutput: ~Copyable {
  private static let writeSize = 1 << 20

  private var descriptor: Int32
  private var pending = ByteBuffer(capacity: FileOutput.writeSize)
  private(set) var byteCount: Int64 = 0

  /// Creates the file, which must not exist.
  init(creating path: String) throws(ParquetFormatError) {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .io("open", errno) }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ParquetFormatError) {
    byteCount += Int64(bytes.count)
    unsafe pending.append(bytes)
    if pending.count >= Self.writeSize { try flush() }
  }

  mutating func append(_ bytes: [UInt8]) throws(ParquetFormatError) {
    byteCount += Int64(bytes.count)
    pending.append(bytes)
    if pending.count >= Self.writeSize { try flush() }
  }

  /// Writes everything and closes; with `sync` the bytes are on the disk when it returns.
  mutating func finish(sync: Bool) throws(ParquetFormatError) {
    try flush()
    if sync, fsync(descriptor) != 0 { throw .io("fsync", errno) }
    let result = close(descriptor)
    descriptor = -1
    if result != 0 { throw .io("close", errno) }
  }

  private mutating func flush() throws(ParquetFormatError) {
    var offset = 0
    while offset < pending.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: pending.bytes[offset...])
      let written = unsafe write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw .io("write", errno)
      }
      offset += written
    }
    pending.removeAll()
  }
}

extension ParquetFormatError {
  static func io(_ call: String, _ number: Int32) -> Self {
    Self(
      .io, "\(call) failed: \(unsafe String(cString: strerror(number)))", systemErrorNumber: number)
  }
}

/// Makes the entry of a file in its directory durable.
func syncDirectory(of path: String) throws(ParquetFormatError) {
  let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if descriptor < 0 { throw .io("open", errno) }
  defer { _ = close(descriptor) }
  if fsync(descriptor) != 0 { throw .io("fsync", errno) }
}
