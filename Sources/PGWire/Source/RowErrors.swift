import CDCCore

/// The errors of rows, told in the words of the table: which column, where in the log, and what to do.
extension TableLayout {
  /// - Parameter key: of the row; nil where the table has none.
  func error(_ error: ValueError, column: Int, key: String?, position: LSN?) -> CDCError {
    let name = name(of: column)
    if error == .shape {
      return CDCError(
        .schemaContract,
        "A value \(error.explanation): the type was altered. Run again, to read on with its attributes as they are now. "
          + "If that stops here too, the log still holds values from before: load the table again, with "
          + "cdc run --mode full_load --tables '\(schema.name)'.",
        table: schema.name, column: name, key: key, position: position)
    }
    guard error.isContractual else {
      return CDCError(
        .protocolViolation,
        "A value of type \(schema.columns[column].sourceType) \(error.explanation). This is a defect here, or the "
          + "server sends what its type's functions do not: please report it with the column's definition.",
        table: schema.name, column: name, key: key, position: position)
    }
    return CDCError(
      .valueOutOfRange,
      "A value \(error.explanation) (column type \(schema.columns[column].type)), and the table's contract is to stop "
        + "there. Correct the row in the source, or give the column a hint of type string, which holds every value, "
        + "or set the table's contract for data types to discard_value, which makes such values null and counts them, or to "
        + "discard_row, which sends such rows to the table _cdc_quarantine.",
      table: schema.name, column: name, key: key, position: position)
  }

  func malformed(_ what: String, position: LSN? = nil) -> CDCError {
    CDCError(
      .protocolViolation, "The server sent a row that cannot be read: \(what).", table: schema.name,
      position: position)
  }

  /// Whether the contract makes null of a value that the column cannot hold: a key has no nulls.
  func discardsValues(of column: Int) -> Bool {
    contract.dataType == .discardValue && column < schema.columns.count && !schema.key.contains(column)
  }

  /// What becomes of a row with a value that its column cannot hold.
  enum Treatment { case stop, null, refuse }

  /// - Parameter isOld: the row is one that goes: where the table has a key, nothing else of it is needed.
  func treatment(of error: ValueError, column: Int, isOld: Bool) -> Treatment {
    guard error.isContractual else { return .stop }
    if error == .unwanted { return isOld && schema.hasKey ? .null : .refuse }
    switch contract.dataType {
    case .freeze, .evolve: return .stop
    case .discardValue: return discardsValues(of: column) ? .null : .refuse
    case .discardRow: return isOld && schema.hasKey && !schema.key.contains(column) ? .null : .refuse
    }
  }
}
