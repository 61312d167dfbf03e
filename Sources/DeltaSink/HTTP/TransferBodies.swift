#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a request sends, read piece by piece into libcurl's own buffer: from the caller's array or from a file.
final class BodyReader {
  let count: Int
  private let source: Source
  private var position = 0

  private enum Source {
    case bytes([UInt8])
    case file(descriptor: Int32, path: String)
  }

  init(_ body: HTTPBody) throws(HTTPError) {
    switch body {
    case .none: (source, count) = (.bytes([]), 0)
    case .bytes(let bytes): (source, count) = (.bytes(bytes), bytes.count)
    case .file(let path):
      let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .file("open", path) }
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else {
        let error = HTTPError.file("stat", path)
        close(descriptor)
        throw error
      }
      (source, count) = (.file(descriptor: descriptor, path: path), Int(status.st_size))
    }
  }

  deinit { if case .file(let descriptor, _) = source { close(descriptor) } }

  var hasBegun: Bool { position > 0 }

  func seek(to offset: Int) -> Bool {
    guard (0...count).contains(offset) else { return false }
    position = offset
    return true
  }

  /// The bytes that were read; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HTTPError) -> Int {
    let wanted = min(buffer.count, count - position)
    guard wanted > 0, let target = buffer.baseAddress else { return 0 }
    var got = wanted
    switch source {
    case .bytes(let bytes):
      let start = position
      unsafe bytes.withUnsafeBytes {
        unsafe buffer.copyMemory(from: .init(rebasing: $0[start..<start + wanted]))
      }
    case .file(let descriptor, let path):
      repeat {
        got = unsafe pread(descriptor, target, wanted, off_t(position))
      } while got < 0 && errno == EINTR
      guard got > 0 else {
        if got < 0 { throw .file("read", path) }
        throw HTTPError(.file, "The file \(path) became shorter while it was sent.")
      }
    }
    position += got
    return got
  }
}

extension HTTPError {
  /// A system call that failed, with what errno says.
  static func file(_ call: String, _ path: String) -> HTTPError {
    let number = errno
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return HTTPError(.file, "Cannot \(call) the file \(path): \(reason).")
  }
}
