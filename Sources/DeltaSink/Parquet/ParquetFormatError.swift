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

  init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }

  static func corrupt(_ message: String) -> Self { Self(.corrupt, message) }
  static func unsupported(_ message: String) -> Self { Self(.unsupported, message) }
  static func invalidInput(_ message: String) -> Self { Self(.invalidInput, message) }

  var description: String { message }
}
