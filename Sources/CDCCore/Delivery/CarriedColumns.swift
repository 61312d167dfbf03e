/// How rows that stay through a load go over into the table's new shape.
///
/// Columns are known by their number, those of our own by their name. A value whose type is another now is converted where
/// that loses nothing, else it is null. What the source has dropped stays, until another column takes its name.
package struct CarriedColumns: Sendable, Hashable {
  /// The shape that the load brings, and behind it the columns of before that it lacks.
  package let table: TableSchema
  /// By column of `table` the place that its values come from; nil where older rows have none.
  package let origins: [Int?]
  /// Names of columns whose older values do not fit the type that they have now.
  package let unfit: [String]
  private let before: TableSchema
  private let rows: CarriedRows

  /// Nil where nothing can stay: the table was not of this disposition, or its rows are known by other values than before.
  ///
  /// - Parameters:
  ///   - before: the destination's table, with the numbers that its columns had in the source.
  ///   - table: what the load brings.
  package init?(of rows: CarriedRows, from before: TableSchema, to table: TableSchema) {
    guard
      Set(before.columns.lazy.filter(\.isOwn).map(\.name))
        == Set(table.columns.lazy.filter(\.isOwn).map(\.name))
    else { return nil }
    let known = ColumnPlaces(before.columns.map { ($0.name, $0.number) })
    let places = table.columns.map { known.place(of: $0.name, number: $0.number) }
    var origins: [Int?] = []
    var unfit: [String] = []
    for (column, place) in zip(table.columns, places) {
      var origin = place
      if let number = column.number, rows.withheld.numbers.contains(number) { origin = nil }
      if let place = origin, !before.columns[place].type.isConvertible(to: column.type) {
        origin = nil
        unfit.append(column.name)
      }
      origins.append(origin)
    }
    if table.hasKey, table.key.map({ origins[$0] }) != before.key { return nil }

    let taken = Set(table.columns.map { $0.name.lowercased() })
    let former = before.columns.indices.filter { place in
      let column = before.columns[place]
      guard let number = column.number, !places.contains(place) else { return false }
      return !taken.contains(column.name.lowercased()) && !rows.withheld.numbers.contains(number)
        && !rows.withheld.formerNames.contains(column.name)
    }
    var whole = table
    whole.columns += former.map { before.columns[$0] }
    self.table = whole
    self.origins = origins + former
    self.unfit = unfit
    self.before = before
    self.rows = rows
  }

  /// Rows of the table before as rows of `table`, ended where they had not been.
  package func carry(_ batch: RowBatch) -> RowBatch {
    let count = batch.rowCount
    var columns = zip(table.columns, origins).map { column, origin in
      guard let origin else { return ColumnVector(nulls: count, of: column.type) }
      return batch.columns[origin].converted(from: before.columns[origin].type, to: column.type)
        ?? ColumnVector(nulls: count, of: column.type)
    }
    let endings = rows.endings.compactMap { ending in
      table.columns.firstIndex { $0.name == ending.column }.map { ($0, ending.value) }
    }
    if let first = endings.first?.0 {
      let open = columns[first]
      for (place, value) in endings {
        columns[place] = columns[place].replacing(with: value) { open.isNull($0) }
      }
    }
    return RowBatch(table: table, rowCount: count, columns: columns)
  }

  /// Rows that the load brings, as rows of `table`.
  package func widen(_ batch: RowBatch) -> RowBatch {
    let missing = table.columns.dropFirst(batch.columns.count)
    return RowBatch(
      table: table, rowCount: batch.rowCount,
      columns: batch.columns + missing.map { ColumnVector(nulls: batch.rowCount, of: $0.type) })
  }
}

extension ColumnSchema {
  /// True for columns that a disposition adds.
  fileprivate var isOwn: Bool { number == nil && name.hasPrefix("_cdc_") }
}

extension ColumnVector {
  /// Endings are booleans, times and positions.
  fileprivate func replacing(with value: Value, where isMeant: (Int) -> Bool) -> ColumnVector {
    let rows = (0..<count).filter(isMeant)
    let values: Values
    switch (self.values, value) {
    case (.boolean(var booleans), .boolean(let new)):
      for row in rows { booleans[row] = new }
      values = .boolean(booleans)
    case (.int64(var numbers), .integer(let new)):
      for row in rows { numbers[row] = Int64(truncatingIfNeeded: new) }
      values = .int64(numbers)
    default: return self
    }
    let replaced = Set(rows)
    let nulls = (0..<count).filter { isNull($0) && !replaced.contains($0) }.map { Int32($0) }
    return ColumnVector(count: count, validity: Validity(count: count, nullRows: nulls), values: values)
  }
}
