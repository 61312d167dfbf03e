internal import CDCCore

/// One `[[table]]` of cdc.toml: a pattern and the hints for the tables that it fits.
struct TableSettings: Sendable {
  var pattern: String
  /// But for the contract.
  var hints: ResourceHints
  var contract = ContractSettings()
  var origin: String
}

/// A contract as far as one place sets it.
struct ContractSettings: Sendable, Hashable {
  var tables: SchemaContract.Mode?
  var columns: SchemaContract.Mode?
  var dataType: SchemaContract.Mode?

  init(
    tables: SchemaContract.Mode? = nil, columns: SchemaContract.Mode? = nil,
    dataType: SchemaContract.Mode? = nil
  ) {
    (self.tables, self.columns, self.dataType) = (tables, columns, dataType)
  }

  /// `contract = "…"`, as in dlt.
  init(all mode: SchemaContract.Mode) {
    self.init(tables: mode, columns: mode, dataType: mode == .evolve ? nil : mode)
  }

  func contract(else others: [ContractSettings]) -> SchemaContract {
    let all = [self] + others
    let usual = SchemaContract()
    return SchemaContract(
      tables: all.lazy.compactMap(\.tables).first ?? usual.tables,
      columns: all.lazy.compactMap(\.columns).first ?? usual.columns,
      dataType: all.lazy.compactMap(\.dataType).first ?? usual.dataType)
  }
}

/// The word in `mask = "…"`.
enum MaskKind: String, CaseIterable { case null, constant, sha256 }

extension [TableSettings] {
  /// - Throws: `UsageError` where a mask asks for a salt and there is none.
  func salted(_ salt: MaskSalt?) throws -> [TableSettings] {
    try map { table in
      var table = table
      for (column, hint) in table.hints.columns {
        guard case .sha256 = hint.mask else { continue }
        guard let salt else {
          throw UsageError(
            "\(table.origin): the mask sha256 of column \(column) needs a salt. Put a long random text into the environment "
              + "variable CDC_MASK_SALT, or name another variable: mask_salt = \"env:NAME\".")
        }
        table.hints.columns[column]?.mask = .sha256(salt: salt)
      }
      return table
    }
  }
}

extension [TableSettings] {
  /// - Throws: `UsageError` where a column is to be a variant.
  func requireNoVariants() throws {
    for table in self {
      guard let column = table.hints.columns.filter({ $0.value.type == .variant }).keys.min() else {
        continue
      }
      throw UsageError(
        "\(table.origin): column \(column) is to be a variant, which a lake cannot hold, only a table in Databricks. Leave the "
          + "type out: then it is a string, with the JSON's text.")
    }
  }
}

extension ColumnType {
  /// Parses Delta's spelling (`decimal(12,2)`, `array<long>`); nil where it is none.
  init?(settingsText text: String) {
    let text = text.lowercased().filter { !$0.isWhitespace }
    if let type = Self.simpleTypes[text] {
      self = type
    } else if let inner = Self.argument(of: text, "decimal(", ")") {
      let parts = inner.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard let precision = parts.first ?? nil, (1...38).contains(precision), parts.count <= 2 else {
        return nil
      }
      guard let scale = parts.count == 2 ? parts[1] : 0, (0...precision).contains(scale) else { return nil }
      self = .decimal(precision: precision, scale: scale)
    } else if let inner = Self.argument(of: text, "array<", ">"), let element = Self(settingsText: inner) {
      self = .list(element)
    } else {
      return nil
    }
  }

  private static let simpleTypes: [String: ColumnType] = [
    "boolean": .boolean, "short": .short, "smallint": .short, "int": .int, "integer": .int, "long": .long,
    "bigint": .long, "float": .float, "double": .double, "string": .string, "binary": .binary, "date": .date,
    "timestamp": .timestamp, "timestamp_ntz": .timestampNTZ, "variant": .variant,
  ]

  private static func argument(of text: String, _ prefix: String, _ suffix: String) -> String? {
    guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
    return String(text.dropFirst(prefix.count).dropLast(suffix.count))
  }
}
