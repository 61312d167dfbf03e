import CDCCore

/// The masks that the hints ask for.
extension TableLayout {
  /// - Throws: `CDCError.configuration` where a mask cannot stand in for its column.
  mutating func mask(_ hints: ResourceHints) throws {
    for (index, column) in schema.columns.enumerated() {
      guard let mask = hints.columns[column.name]?.mask else { continue }
      switch mask {
      case .null, .constant:
        if schema.key.contains(index) {
          throw refusal(
            "A column of the key cannot be masked by null or by a constant, as all rows would have one key. Mask it by "
              + "sha256, which keeps rows apart, or choose another key.", column)
        }
      case .sha256(let salt):
        if salt.text.isEmpty {
          throw refusal(
            "The mask sha256 needs a salt: without one, anybody can try out values. Set mask_salt.", column)
        }
      }
      let masked = formats[index].masked(by: mask.ofValues)
      if case .constant(let text) = mask {
        var trial = ColumnBuilder(formats[index])
        do { try trial.append(text: unsafe Array(text.utf8).span.bytes) } catch {
          throw refusal(
            "The mask's constant is no value of the column's type \(column.type). Write it as PostgreSQL prints such "
              + "values, or mask the column by null.", column)
        }
      }
      formats[index] = masked
      schema.columns[index].type = masked.columnType
      if mask == .null { schema.columns[index].isNullable = true }
    }
  }

  private func refusal(_ message: String, _ column: ColumnSchema) -> CDCError {
    CDCError(.configuration, message, table: schema.name, column: column.name)
  }
}

extension ResourceList {
  /// A mask that meets no column hides nothing: where a table itself is named, that is a slip.
  ///
  /// - Throws: `CDCError.configuration`.
  func requireMaskedColumns(in tables: [CatalogTable]) throws {
    for table in tables {
      guard let resource = resources.first(where: { $0.matches(table.tableName) }),
        !resource.pattern.contains("*")
      else { continue }
      let names = resource.hints.columns.filter { $0.value.mask != nil }.keys.sorted()
      if let missing = names.first(where: { name in !table.columns.contains { $0.name == name } }) {
        throw CDCError(
          .configuration,
          "There is a mask for a column that the table does not have. Names are taken as the catalog spells them: correct "
            + "it, or take it out.", table: table.tableName, column: missing)
      }
    }
  }
}

extension ColumnMask {
  fileprivate var ofValues: ValueFormat.Mask {
    switch self {
    case .null: .null
    case .constant(let text): .constant(Array(text.utf8))
    case .sha256(let salt): .sha256(salt: Array(salt.text.utf8))
    }
  }

  /// Tells masks apart without telling what is in them.
  fileprivate var fingerprint: String {
    func digest(_ text: String) -> String {
      let bytes = SHA256.digest(Array("cdc mask \(text)".utf8)) ?? []
      return bytes.prefix(8).reduce(into: "") { text, byte in
        text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return switch self {
    case .null: "null"
    case .constant(let text): "constant-" + digest(text)
    case .sha256(let salt): "sha256-" + digest(salt.text)
    }
  }
}

extension ResourceHints {
  /// By column number.
  func masks(of table: CatalogTable) -> [Int: String] {
    var masks: [Int: String] = [:]
    for column in table.columns where column.number > 0 {
      if let mask = columns[column.name]?.mask { masks[column.number] = mask.fingerprint }
    }
    return masks
  }
}
