#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few system calls that the log needs, each with its error; EINTR is retried.
enum PosixFile {
  /// The whole file; nil where there is none.
  static func read(_ path: String) throws -> [UInt8]? {
    guard let descriptor = try openForReading(path) else { return nil }
    defer { close(descriptor) }
    return try read(descriptor, offset: 0, count: size(of: descriptor, path), path)
  }

  /// `count` bytes from `offset`; nil where there is no such file, fewer bytes where it ends earlier.
  static func read(_ path: String, offset: Int, count: Int) throws -> [UInt8]? {
    guard let descriptor = try openForReading(path) else { return nil }
    defer { close(descriptor) }
    let available = max(0, try size(of: descriptor, path) - offset)
    return try read(descriptor, offset: offset, count: min(count, available), path)
  }

  private static func openForReading(_ path: String) throws -> Int32? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 { return descriptor }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw failure("open", path)
  }

  private static func size(of descriptor: Int32, _ path: String) throws -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("stat", path) }
    return Int(status.st_size)
  }

  private static func read(_ descriptor: Int32, offset: Int, count: Int, _ path: String) throws -> [UInt8] {
    try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset + filled))
        if got == 0 { return }
        if got < 0 {
          if errno == EINTR { continue }
          throw failure("read", path)
        }
        filled += got
      }
    }
  }

  /// Milliseconds since 1970-01-01T00:00:00Z; nil where there is no such file.
  static func modificationTime(_ path: String) throws -> Int64? {
    guard let descriptor = try openForReading(path) else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("stat", path) }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Creates the file, which must not exist, writes it and syncs it. A failure leaves no file.
  static func create(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("create", path) }
    do {
      try writeAll(descriptor, bytes, path)
      guard fsync(descriptor) == 0 else { throw failure("sync", path) }
      guard close(descriptor) == 0 else { throw failure("close", path) }
    } catch {
      close(descriptor)
      unsafe unlink(path)
      throw error
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(
          descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      written += count
    }
  }

  /// Gives a file a second name; false where the name is taken. Atomic (link(2)).
  static func addName(_ name: String, to existing: String) throws -> Bool {
    if unsafe link(existing, name) == 0 { return true }
    if errno == EEXIST { return false }
    throw failure("link", name)
  }

  /// Atomic; what had the name is gone.
  static func move(_ existing: String, to name: String) throws {
    guard unsafe rename(existing, name) == 0 else { throw failure("rename", name) }
  }

  /// False where there was no such file.
  @discardableResult
  static func remove(_ path: String) throws -> Bool {
    if unsafe unlink(path) == 0 { return true }
    if errno == ENOENT { return false }
    throw failure("remove", path)
  }

  /// Sets the modification time to now.
  static func touch(_ path: String) throws {
    guard unsafe utimensat(AT_FDCWD, path, nil, 0) == 0 else { throw failure("touch", path) }
  }

  static func failure(_ call: String, _ path: String) -> DeltaError {
    let number = errno
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return DeltaError(
      .fileSystem, "Cannot \(call) the file: \(reason).", path: path, systemErrorNumber: number,
      isRetryable: DeltaError.passes(number))
  }
}
