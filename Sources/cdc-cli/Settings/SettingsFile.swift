internal import CDCCore
internal import FoundationEssentials
internal import TOMLKit

/// Reads `cdc.toml`. Keys that nobody knows and values of the wrong type are errors that name file, line and key:
/// a setting that is silently ignored is worse than none.
struct SettingsFile {
  private let name: String
  private let lines: TOMLLines
  private let root: TOMLTable

  /// - Parameter name: of the file, for messages.
  init(_ text: String, name: String) throws {
    self.name = name
    lines = TOMLLines(text)
    do {
      root = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw UsageError("\(name), line \(error.source.begin.line), is not valid TOML: \(error.description)")
    }
  }

  /// Nil where there is no such file.
  static func read(_ path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw UsageError("\(path) cannot be read as a UTF-8 text file: check its permissions.") }
    return text
  }

  func layer() throws -> SettingsLayer {
    var layer = SettingsLayer()
    for key in root.keys {
      guard let value = root[key] else { continue }
      if key == "table" {
        layer.tables = try tables(value)
      } else if key == "contract", let table = value.table {
        layer.contract = try schemaContract(table, key)
      } else if key == "databricks" {
        try databricks(value, into: &layer)
      } else if let setting = SettingKey(rawValue: key), !setting.isOfDatabricks {
        layer.values[setting] = Setting(texts: try texts(value, key, setting.kind), origin: origin(key))
      } else {
        let known = SettingKey.allCases.filter { !$0.isOfDatabricks }.map(\.rawValue)
        throw unknown(key, among: known + ["[contract]", "[databricks]", "[[table]]"])
      }
    }
    return layer
  }

  private func databricks(_ value: any TOMLValueConvertible, into layer: inout SettingsLayer) throws {
    guard let table = value.table else { throw wrongType("databricks", value, "a table, [databricks]") }
    let known = SettingKey.allCases.filter(\.isOfDatabricks)
    for key in table.keys {
      guard let value = table[key] else { continue }
      let path = "databricks.\(key)"
      // As TARGET_DATASET and --dataset call it.
      guard let setting = key == "dataset" ? .schema : known.first(where: { $0.bareName == key }) else {
        throw unknown(path, among: known.map(\.bareName))
      }
      if setting == .schema, layer.values[.schema] != nil {
        throw UsageError(
          "\(origin(path)): schema and dataset are two words for one setting: keep one of them.")
      }
      layer.values[setting] = Setting(texts: try texts(value, path, setting.kind), origin: origin(path))
    }
  }

  // MARK: [[table]]

  private func tables(_ value: any TOMLValueConvertible) throws -> [TableSettings] {
    guard let array = value.array else { throw wrongType("table", value, "an array of tables, [[table]]") }
    return try array.enumerated().map { index, value in
      let path = "table[\(index)]"
      guard let table = value.table else { throw wrongType(path, value, "a table") }
      return try tableSettings(table, path)
    }
  }

  private func tableSettings(_ table: TOMLTable, _ path: String) throws -> TableSettings {
    try check(table, path, ["pattern", "write", "key", "contract", "columns"])
    guard let pattern = table["pattern"] else {
      throw UsageError(
        "\(origin(path)): a [[table]] needs a pattern, for example pattern = \"public.invoice\".")
    }
    var hints = ResourceHints()
    if let write = table["write"] {
      let text = try texts(write, "\(path).write", .text)[0]
      hints.writeDisposition = try choice(text, "\(path).write", WriteDisposition.self)
    }
    if let key = table["key"] { hints.primaryKey = try texts(key, "\(path).key", .texts) }
    var contract = ContractSettings()
    if let value = table["contract"] {
      if let table = value.table {
        contract = try schemaContract(table, "\(path).contract")
      } else {
        let text = try texts(value, "\(path).contract", .text)[0]
        contract = ContractSettings(all: try choice(text, "\(path).contract", SchemaContract.Mode.self))
      }
    }
    if let columns = try subtable(table, "columns", path) {
      for column in columns.keys {
        guard let hint = try subtable(columns, column, "\(path).columns") else { continue }
        hints.columns[column] = try columnHint(hint, "\(path).columns.\(column)")
      }
    }
    let text = try texts(pattern, "\(path).pattern", .text)[0]
    return TableSettings(pattern: text, hints: hints, contract: contract, origin: origin(path))
  }

  private func schemaContract(_ table: TOMLTable, _ path: String) throws -> ContractSettings {
    try check(table, path, ["tables", "columns", "data_type"])
    func mode(_ key: String) throws -> SchemaContract.Mode? {
      try table[key].map { value in
        let text = try texts(value, "\(path).\(key)", .text)[0]
        return try choice(text, "\(path).\(key)", SchemaContract.Mode.self)
      }
    }
    let contract = ContractSettings(
      tables: try mode("tables"), columns: try mode("columns"), dataType: try mode("data_type"))
    if contract.dataType == .evolve {
      throw UsageError(
        "\(origin("\(path).data_type")): a type does not follow single values: data_type is freeze, discard_value or "
          + "discard_row. A hint of type string makes a column hold every value.")
    }
    return contract
  }

  private func columnHint(_ table: TOMLTable, _ path: String) throws -> ColumnHint {
    try check(table, path, ["type", "include", "mask", "constant"])
    var hint = ColumnHint()
    hint.mask = try mask(table, path)
    if let value = table["type"] {
      let text = try texts(value, "\(path).type", .text)[0]
      guard let type = ColumnType(settingsText: text) else {
        throw UsageError(
          "\(origin("\(path).type")): '\(text)' is no column type. Types are spelled as Delta spells them: boolean, "
            + "short, int, long, float, double, decimal(p,s), string, binary, date, timestamp, timestamp_ntz, variant, array<…>."
        )
      }
      hint.type = type
    }
    if let value = table["include"] {
      guard let flag = value.bool else { throw wrongType("\(path).include", value, "true or false") }
      hint.isIncluded = flag
    }
    return hint
  }

  /// The salt is the same for all: `Settings` puts it in.
  private func mask(_ table: TOMLTable, _ path: String) throws -> ColumnMask? {
    let constant = try table["constant"].map { try texts($0, "\(path).constant", .text)[0] }
    let kind = try table["mask"].map { value in
      try choice(try texts(value, "\(path).mask", .text)[0], "\(path).mask", MaskKind.self)
    }
    switch (kind, constant) {
    case (.constant?, let text?): return .constant(text)
    case (.constant?, nil):
      throw UsageError(
        "\(origin("\(path).mask")): this mask needs the value that stands in: constant = \"hidden\".")
    case (_, _?):
      throw UsageError("\(origin("\(path).constant")): a constant belongs to mask = \"constant\".")
    case (.null?, nil): return .null
    case (.sha256?, nil): return .sha256(salt: MaskSalt(""))
    case (nil, nil): return nil
    }
  }

  // MARK: values

  private func texts(_ value: any TOMLValueConvertible, _ path: String, _ kind: SettingKey.Kind) throws
    -> [String]
  {
    switch kind {
    case .text: if let text = value.string { return [text] }
    case .integer: if let number = value.int { return ["\(number)"] }
    case .texts:
      if let text = value.string { return [text] }
      if let array = value.array, !array.isEmpty {
        let texts = array.compactMap(\.string)
        if texts.count == array.count { return texts }
      }
    }
    throw wrongType(path, value, kind.rawValue)
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String, _ path: String, _: Choice.Type
  ) throws -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: text) { return choice }
    throw UsageError(
      "\(origin(path)): '\(text)' is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
  }

  private func subtable(_ table: TOMLTable, _ key: String, _ path: String) throws -> TOMLTable? {
    guard let value = table[key] else { return nil }
    guard let subtable = value.table else { throw wrongType("\(path).\(key)", value, "a table") }
    return subtable
  }

  private func check(_ table: TOMLTable, _ path: String, _ known: [String]) throws {
    for key in table.keys where !known.contains(key) { throw unknown("\(path).\(key)", among: known) }
  }

  // MARK: errors

  private func origin(_ path: String) -> String { lines[path].map { "\(name), line \($0)" } ?? name }

  private func unknown(_ path: String, among known: [String]) -> UsageError {
    UsageError(
      "\(origin(path)): '\(bare(path))' is no setting. Known here are \(known.joined(separator: ", ")).")
  }

  private func wrongType(_ path: String, _ value: any TOMLValueConvertible, _ expected: String) -> UsageError
  {
    UsageError(
      "\(origin(path)): '\(bare(path))' must be \(expected), not \(article(value.type.description)).")
  }

  private func bare(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }

  private func article(_ noun: String) -> String {
    ("aeiou".contains(noun.first ?? "x") ? "an " : "a ") + noun
  }
}
