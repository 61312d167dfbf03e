import CDCCore

/// The columns that a package's files have for one table, over all shapes that it meets: a column keeps its place, whatever it
/// is called.
struct StagedColumns {
  /// Under their last names.
  private(set) var columns: [ColumnSchema] = []
  /// Places of columns that were dropped, and whose name another one has now.
  private(set) var gone: Set<Int> = []

  /// The place of each column of the shape.
  ///
  /// - Throws: `CDCError.schemaContract` where a column has another type than before in this package.
  mutating func take(_ shape: TableSchema) throws -> [Int] {
    let held = ColumnPlaces(columns.map { ($0.name.lowercased(), $0.number) }, passingOver: gone)
    let places = try shape.columns.map { column in
      guard let known = held.place(of: column.name.lowercased(), number: column.number) else {
        columns.append(column)
        return columns.count - 1
      }
      guard columns[known].type.isStored(like: column.type) else {
        throw CDCError(
          .schemaContract,
          "The column changed its type in the midst of a package. Load the table again: "
            + "cdc run --mode full_load --tables '\(shape.name)'.", table: shape.name, column: column.name)
      }
      return known
    }
    for (column, place) in zip(shape.columns, places) { columns[place] = column }
    let (current, names) = (Set(places), Set(shape.columns.map { $0.name.lowercased() }))
    gone.formUnion(
      columns.indices.filter { !current.contains($0) && names.contains(columns[$0].name.lowercased()) })
    return places
  }
}
