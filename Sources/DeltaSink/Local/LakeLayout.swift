import CDCCore

/// Where things lie in a lake: a table at ROOT/SCHEMA/TABLE, state and the pipeline's own tables at ROOT/_cdc_…, locks
/// beside them.
///
/// ASCII letters, digits, spaces and `_-.=;,+@()$'!` stay as they are; any other byte of the UTF-8 name, and a leading `.` or
/// `_`, becomes `~` and two hexadecimal digits (`a/b` is `a~2Fb`, `..` is `~2E.`): no name leaves the lake, hides or meets a
/// state table, and the encoding is one-to-one. The sign is not `%` and letters beyond ASCII are encoded because duckdb's
/// delta_scan takes a path for a URL and loses both.
struct LakeLayout: Sendable {
  let root: String

  init(root: String) {
    var root = root
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    self.root = root
  }

  /// - Throws: `CDCError.configuration` for a name that no file can have.
  func path(of table: TableName) throws -> String {
    if table.isOwn { return statePath(table.name) }
    let parts = [Self.fileName(table.schema), Self.fileName(table.name)]
    guard parts.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
      throw CDCError(
        .configuration, "The name is empty or too long for a directory. Leave the table out.", table: table)
    }
    return "\(root)/\(parts[0])/\(parts[1])"
  }

  static let checkpoints = "_cdc_loads"
  static let schemas = "_cdc_schema"

  func statePath(_ name: String) -> String { "\(root)/\(name)" }

  func lockPath(pipeline: String) -> String { "\(root)/.cdc-\(Self.tag(pipeline)).lock" }

  static func isLock(_ name: String) -> Bool { name.hasPrefix(".cdc-") && name.hasSuffix(".lock") }

  /// The folder of what is asked of the pipeline's run.
  func requestsPath(pipeline: String) -> String { "\(root)/.cdc-\(Self.tag(pipeline)).requests" }

  /// How the name of an unfinished file of the pipeline begins.
  static func unfinishedPrefix(pipeline: String) -> String { ".cdc-\(tag(pipeline))-" }

  /// Sixteen digits that follow from the name (FNV-1a), so that any name will do.
  private static func tag(_ pipeline: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in pipeline.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func fileName(_ name: String) -> String {
    var result: [UInt8] = []
    for (position, byte) in name.utf8.enumerated() {
      let isHidden = position == 0 && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_"))
      if kept.contains(byte) && !isHidden {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "~"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let kept = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-. =;,+@()$'!".utf8)
  private static let hexDigits: [UInt8] = Array("0123456789ABCDEF".utf8)
}
