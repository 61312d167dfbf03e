import CDCCore

/// The key of a row that an error is about, as people write it: `id 7, region eu`. Read anew from the row, as the key may
/// stand behind the value that could not be taken.
struct RowKey {
  private let layout: TableLayout
  private var builders: [Int: ColumnBuilder] = [:]

  init(_ layout: TableLayout) { self.layout = layout }

  /// Whether the column is part of the key.
  func needs(_ column: Int) -> Bool { layout.schema.key.contains(column) }

  mutating func take(_ column: Int, copied field: RawSpan) {
    var builder = ColumnBuilder(layout.formats[column])
    if (try? builder.append(copied: field)) != nil { builders[column] = builder }
  }

  mutating func take(_ column: Int, binary field: RawSpan) {
    var builder = ColumnBuilder(layout.formats[column])
    if (try? builder.append(binary: field)) != nil { builders[column] = builder }
  }

  mutating func take(_ column: Int, text field: RawSpan) {
    var builder = ColumnBuilder(layout.formats[column])
    if (try? builder.append(text: field)) != nil { builders[column] = builder }
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
