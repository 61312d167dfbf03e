// The file a reader reads from: positioned reads, each through a descriptor of its own.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Holds no descriptor between reads, so that readers of many files may be kept. Nothing is mapped: a file that is cut
/// short while it is read gives an error, no signal.
struct FileInput: Sendable {
  /// What a decoder may read over the bytes asked for.
  static let padding = 64

  private let path: String
  let byteCount: Int

  init(path: String) throws(ParquetFormatError) {
    let descriptor = try Self.descriptor(of: path)
    let end = lseek(descriptor, 0, SEEK_END)
    let number = errno
    _ = close(descriptor)
    guard end >= 0 else { throw .io("lseek", number) }
    self.path = path
    byteCount = Int(end)
  }

  private static func descriptor(of path: String) throws(ParquetFormatError) -> Int32 {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .io("open", errno) }
    return descriptor
  }

  /// The bytes asked for, followed by `padding` zeros.
  func read(at offset: Int64, count: Int64) throws(ParquetFormatError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= Int64(byteCount) - offset else {
      throw .corrupt("the footer points outside of the file")
    }
    let descriptor = try Self.descriptor(of: path)
    defer { _ = close(descriptor) }
    let length = Int(count)
    var failure: Int32 = 0
    var filled = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length + Self.padding) { buffer, used in
      while filled < length {
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, length - filled,
          off_t(offset) + off_t(filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
      for index in filled..<length + Self.padding { unsafe buffer[index] = 0 }
      used = length + Self.padding
    }
    if failure != 0 { throw .io("pread", failure) }
    guard filled == length else { throw .corrupt("the file became shorter while it was read") }
    return bytes
  }
}
