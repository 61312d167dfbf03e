public import CDCCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What can go wrong between column vectors and a Delta table: what happened, in which file, and what may be done.
public struct DeltaError: Error, Sendable, CustomStringConvertible {
  /// Extensible: match with `==`, never exhaustively.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// The operating system refused to read, write, link or sync a file; `systemErrorNumber` says why.
    public static let fileSystem = Code("file_system")
    /// A commit, checkpoint or `_last_checkpoint` is not what the Delta protocol says it is.
    public static let corruptLog = Code("corrupt_log")
    /// A deletion vector's bytes, checksum or size are wrong.
    public static let corruptDeletionVector = Code("corrupt_deletion_vector")
    /// A Parquet file's bytes are wrong.
    public static let corruptParquet = Code("corrupt_parquet")
    /// The table or file needs something that this package does not have; the message names it.
    public static let unsupportedFeature = Code("unsupported_feature")
    /// The schema cannot be held by a Delta table, or the table's schema is not what the caller takes it for.
    public static let schema = Code("schema")
    /// The caller's transaction would break the Delta protocol.
    public static let invalidTransaction = Code("invalid_transaction")
    /// Another writer's commit and ours cannot both be right.
    public static let conflict = Code("conflict")
    /// The table's log or a data file is not where it should be.
    public static let notFound = Code("not_found")
  }

  public var code: Code
  /// A whole sentence that says what to do; no row values, no secrets.
  public var message: String
  /// The file that it is about.
  public var path: String?
  /// The table's version that it is about.
  public var version: Int?
  /// `errno`, where a system call failed.
  public var systemErrorNumber: Int32?
  /// The same call may succeed later without anybody changing anything.
  public var isRetryable: Bool
  public var underlying: (any Error)?

  public init(
    _ code: Code, _ message: String, path: String? = nil, version: Int? = nil,
    systemErrorNumber: Int32? = nil, isRetryable: Bool = false, underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.path = path
    self.version = version
    self.systemErrorNumber = systemErrorNumber
    self.isRetryable = isRetryable
    self.underlying = underlying
  }

  /// Out of space or descriptors: it passes without anybody changing the program.
  static func passes(_ systemErrorNumber: Int32?) -> Bool {
    [ENOSPC, EDQUOT, EMFILE, ENFILE].contains(systemErrorNumber)
  }

  public var description: String {
    let place = [path.map { "file \($0)" }, version.map { "version \($0)" }]
      .compactMap(\.self).joined(separator: ", ")
    return message + (place.isEmpty ? "" : " (\(place))") + (underlying.map { "\n  cause: \($0)" } ?? "")
  }
}

extension DeltaError: Retryable {}
