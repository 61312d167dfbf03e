// What goes wrong inside the byte layer; the file reader and writer add the path.

/// A status and where it was met. No values: only positions, lengths and names of the format.
struct ParquetFormatError: Error, Sendable, Hashable, CustomStringConvertible {
  enum Status: Sendable, Hashable {
    /// The bytes break the format, or end too early.
    case corrupt
    /// The format allows it, this reader does not know it.
    case unsupported
    /// The caller's vectors do not fit the file's columns.
    case invalidInput
    case outOfMemory
    /// A system call failed; the message names call and errno.
    case io
  }

  var status: Status
  var message: String
  /// `errno`, where a system call failed.
  var systemErrorNumber: Int32?

  init(_ status: Status, _ message: String, systemErrorNumber: Int32? = nil) {
    self.status = status
    self.message = message
    self.systemErrorNumber = systemErrorNumber
  }

  static func corrupt(_ message: String) -> Self { Self(.corrupt, message) }
  static func unsupported(_ message: String) -> Self { Self(.unsupported, message) }
  static func invalidInput(_ message: String) -> Self { Self(.invalidInput, message) }

  var description: String { message }
}

extension DeltaError {
  /// The byte layer's error with the file it is about.
  init(_ error: ParquetFormatError, path: String) {
    let code: Code =
      switch error.status {
      case .corrupt: .corruptParquet
      case .unsupported: .unsupportedFeature
      case .invalidInput: .schema
      case .outOfMemory, .io: error.systemErrorNumber == 2 ? .notFound : .fileSystem
      }
    self.init(
      code, error.message, path: path, systemErrorNumber: error.systemErrorNumber,
      isRetryable: Self.passes(error.systemErrorNumber))
  }
}

/// Runs `body` and says of its errors which file they are about.
func inParquetFile<Result>(
  _ path: String, _ body: () throws(ParquetFormatError) -> Result
) throws -> Result {
  do { return try body() } catch { throw DeltaError(error, path: path) }
}
