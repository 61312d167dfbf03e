import CDCCore

/// The staged files of a table as the source of a statement. `read_files` gets a schema, and columns are named, so that
/// nothing is inferred; a column that a file lacks is null.
extension StagedTable {
  /// A query over the staged rows that are not superseded, guarded by the epoch.
  func source(_ guard: EpochGuard) -> String {
    var names = columns.indices.map { "s.c\($0)" }
    if isMerge {
      names.append("s.\(Self.operation)")
      names += masks.map { "s.\($0)" }
    }
    return "SELECT \(names.joined(separator: ", "))\n\(from(`guard`))"
  }

  func from(_ guard: EpochGuard) -> String {
    var text = "FROM \(Self.readFiles(rows, schema)) AS s\n"
    if let superseded {
      text += "LEFT ANTI JOIN \(Self.readFiles(superseded, "\(Self.sequence) BIGINT")) AS x "
      text += "ON s.\(Self.sequence) = x.\(Self.sequence)\n"
    }
    return text + "WHERE \(`guard`.condition)"
  }

  /// The mask columns that a statement looks at.
  private var masks: [String] {
    Set(kept.map { $0 / Self.bitsPerMask }).sorted().map { Self.mask($0) }
  }

  private var schema: String {
    var fields = columns.enumerated().map { "c\($0.offset) \($0.element.type.stagedSQLName)" }
    if isMerge {
      fields += ["\(Self.operation) STRING", "\(Self.sequence) BIGINT"] + masks.map { "\($0) BIGINT" }
    } else if superseded != nil {
      fields.append("\(Self.sequence) BIGINT")
    }
    return fields.joined(separator: ", ")
  }

  static func readFiles(_ folder: String, _ schema: String) -> String {
    "read_files(\(SQLText.string(folder)), format => 'parquet', schema => \(SQLText.string(schema)))"
  }
}
