import CDCCore

/// Columns that came after a table was copied, where its contract does not let them in. A load of the table does.
extension TableLayout {
  /// - Parameter known: as the table's destination has it.
  mutating func holdBack(columnsSince known: TableSchema) {
    guard contract.columns == .discardValue || contract.columns == .discardRow else { return }
    let numbers = Set(known.columns.compactMap(\.number))
    guard !numbers.isEmpty else { return }
    let isKept = schema.columns.map { $0.number.map(numbers.contains) ?? false }
    let places = schema.columns.indices.filter { isKept[$0] || schema.key.contains($0) }
    guard places.count < schema.columns.count else { return }
    let left = schema.columns.indices.filter { !places.contains($0) }
    let all = formats
    formats = places.map { all[$0] }
    if contract.columns == .discardRow {
      unwanted = left.map { schema.columns[$0].name }
      formats += left.map { ValueFormat(.unwanted, elements: [all[$0]]) }
    }
    schema.key = schema.key.compactMap { places.firstIndex(of: $0) }
    schema.columns = places.map { schema.columns[$0] }
  }

  func wanted(_ vectors: [ColumnVector]) -> [ColumnVector] {
    unwanted.isEmpty ? vectors : Array(vectors.prefix(schema.columns.count))
  }

  /// The names of what is read, one for each of `formats`.
  var readNames: [String] { schema.columns.map(\.name) + unwanted }

  func name(of column: Int) -> String {
    column < schema.columns.count ? schema.columns[column].name : unwanted[column - schema.columns.count]
  }

  /// Where values of that column go; −1 where they are left out.
  func place(of name: String) -> Int {
    if let column = schema.columns.firstIndex(where: { $0.name == name }) { return column }
    return unwanted.firstIndex(of: name).map { schema.columns.count + $0 } ?? -1
  }
}

extension [TableLayout] {
  /// The layouts, each without the columns that its contract leaves out.
  func holdingBack(columnsSince held: [HeldTable]?) -> [TableLayout] {
    let known = Dictionary((held ?? []).map { ($0.schema.name, $0) }) { first, _ in first }
    return map { layout in
      guard let table = known[layout.schema.name], table.mark?.oid == layout.oid else { return layout }
      var layout = layout
      layout.holdBack(columnsSince: table.schema)
      return layout
    }
  }
}
