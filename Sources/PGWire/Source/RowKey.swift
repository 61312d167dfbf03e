import CDCCore

/// The key of a row that an error is about, as people write it: `id 7, region eu`. Read anew from the row, as the key may
/// stand behind the value that could not be taken.
struct RowKey {
  private let layout: TableLayout
  private var builders: [Int: ColumnBuilder] = [:]

  init(_ layout: TableLayout) { self.layout = layout }

  /// Whether the column is part of the key.
  func needs(_ column: Int) -> Bool { layout.schema.key.contains(column) }

  mutating func take(_ column: Int, _ field: RawSpan, isText: Bool) {
    var builder = ColumnBuilder(layout.formats[column])
    do throws(ValueError) {
      if isText { try builder.append(text: field) } else { try builder.append(binary: field) }
      builders[column] = builder
    } catch { return }
  }

  /// As the quarantine names rows; nil as of `text`.
  mutating func json() -> String? {
    let schema = layout.schema
    guard schema.hasKey, schema.key.allSatisfy({ builders[$0] != nil }) else { return nil }
    let columns = schema.columns.indices.map { column in
      builders[column]?.takeVector() ?? ColumnVector(nulls: 1, of: schema.columns[column].type)
    }
    return RowBatch(table: schema, rowCount: 1, columns: columns).keyText(0)
  }

  /// Nil where the table has no key, or the row does not carry it.
  mutating func text() -> String? {
    let parts = layout.schema.key.compactMap { column -> String? in
      guard let vector = builders[column]?.takeVector(), vector.count == 1 else { return nil }
      let value = vector.value(at: 0).text(as: layout.schema.columns[column].type)
      let shortened = value.count > 100 ? value.prefix(100) + "…" : value[...]
      return "\(layout.schema.columns[column].name) \(shortened)"
    }
    return parts.isEmpty || parts.count < layout.schema.key.count ? nil : parts.joined(separator: ", ")
  }
}
