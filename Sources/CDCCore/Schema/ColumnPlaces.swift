/// Where columns of one shape stand in another: known by the source's number where both sides have one, else by name.
package struct ColumnPlaces: Sendable {
  private var byName: [String: (place: Int, hasNumber: Bool)] = [:]
  private var byNumber: [Int: Int] = [:]

  /// - Parameters:
  ///   - columns: names are compared as they are; where upper and lower case are the same, both sides give lower case.
  ///   - passingOver: places of columns that are no longer known.
  package init(_ columns: [(name: String, number: Int?)], passingOver: Set<Int> = []) {
    for (place, column) in columns.enumerated() where !passingOver.contains(place) {
      if byName[column.name] == nil { byName[column.name] = (place, column.number != nil) }
      if let number = column.number, byNumber[number] == nil { byNumber[number] = place }
    }
  }

  /// Nil where there is no such column.
  package func place(of name: String, number: Int?) -> Int? {
    if let number, let place = byNumber[number] { return place }
    guard let found = byName[name], number == nil || !found.hasNumber else { return nil }
    return found.place
  }
}
