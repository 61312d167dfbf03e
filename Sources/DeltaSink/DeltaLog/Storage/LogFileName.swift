/// What the names in `_delta_log` say. PROTOCOL.md, "File Types".
enum LogFileName: Sendable, Hashable {
  case commit(Int)
  /// A classic checkpoint, one file.
  case checkpoint(Int)
  /// Part `part` of `parts`, from 1.
  case checkpointPart(Int, part: Int, parts: Int)
  /// A checkpoint of the V2 spec, JSON or Parquet.
  case uuidCheckpoint(Int)
  /// `<x>.<y>.compacted.json`: optional for readers, and not read here.
  case compaction(from: Int, to: Int)
  case checksum(Int)

  /// Nil for every other name: readers ignore those.
  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, let version = Self.digits(first, 20) else { return nil }
    switch (parts.count, parts.dropFirst().first) {
    case (2, "json"): self = .commit(version)
    case (2, "crc"): self = .checksum(version)
    case (3, "checkpoint") where parts[2] == "parquet": self = .checkpoint(version)
    case (4, "checkpoint") where parts[3] == "parquet" || parts[3] == "json":
      self = .uuidCheckpoint(version)
    case (5, "checkpoint") where parts[4] == "parquet":
      guard let part = Self.digits(parts[2], 10), let count = Self.digits(parts[3], 10), part >= 1,
        part <= count
      else { return nil }
      self = .checkpointPart(version, part: part, parts: count)
    case (4, .some(let second)) where parts[2] == "compacted" && parts[3] == "json":
      guard let end = Self.digits(second, 20) else { return nil }
      self = .compaction(from: version, to: end)
    default: return nil
    }
  }

  var text: String {
    switch self {
    case .commit(let version): "\(Self.padded(version)).json"
    case .checkpoint(let version): "\(Self.padded(version)).checkpoint.parquet"
    case .checkpointPart(let version, let part, let parts):
      "\(Self.padded(version)).checkpoint.\(Self.padded(part, 10)).\(Self.padded(parts, 10)).parquet"
    case .uuidCheckpoint(let version): "\(Self.padded(version)).checkpoint.<uuid>.parquet"
    case .compaction(let from, let to): "\(Self.padded(from)).\(Self.padded(to)).compacted.json"
    case .checksum(let version): "\(Self.padded(version)).crc"
    }
  }

  static func padded(_ number: Int, _ width: Int = 20) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func digits(_ text: Substring, _ width: Int) -> Int? {
    guard text.utf8.count == width, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
  }
}
