/// What stays of a table's rows when a load brings others: what its disposition keeps beyond the rows that the source has.
///
/// Of an appended table every row stays; a row `t` at the load's position stands before those that the load brings, as if the
/// source had truncated the table and filled it again.
public struct CarriedRows: Sendable, Hashable {
  /// A row under whose key the load brings one goes.
  public var unlessLoaded: Bool
  /// A row in which the first of these columns is null gets all these values: the source may not have it any more.
  public var endings: [Ending]
  public var withheld: WithheldColumns

  /// What one column gets.
  public struct Ending: Sendable, Hashable {
    public var column: String
    public var value: Value

    public init(_ column: String, _ value: Value) {
      self.column = column
      self.value = value
    }
  }

  public init(
    unlessLoaded: Bool = false, endings: [Ending] = [], withheld: WithheldColumns = WithheldColumns()
  ) {
    self.unlessLoaded = unlessLoaded
    self.endings = endings
    self.withheld = withheld
  }
}

/// Columns whose older values must not stay as they are: they are masked in another way now, or left out.
public struct WithheldColumns: Sendable, Hashable {
  /// As the source numbers them.
  public var numbers: Set<Int>
  /// Of columns that the source no longer has.
  public var formerNames: Set<String>

  public init(numbers: Set<Int> = [], formerNames: Set<String> = []) {
    self.numbers = numbers
    self.formerNames = formerNames
  }
}

extension WriteDisposition {
  /// What stays of a table's rows when it is loaded again beside others; nil: nothing.
  ///
  /// - Parameters:
  ///   - time: when the load began, microseconds since 1970-01-01T00:00:00Z.
  ///   - position: the load's.
  package func carried(at time: Int64, position: LSN) -> CarriedRows? {
    let time = Value.integer(Int128(time))
    return switch self {
    case .append: CarriedRows()
    case .insertOnly: CarriedRows(unlessLoaded: true)
    case .softDelete:
      CarriedRows(
        unlessLoaded: true, endings: [CarriedRows.Ending(TableSchema.deletionTime, time)])
    case .scd2:
      CarriedRows(endings: [
        CarriedRows.Ending(TableSchema.validTo, time),
        CarriedRows.Ending(TableSchema.isCurrent, .boolean(false)),
        // No record of the log begins there: the first change behind the load may begin at its very position.
        CarriedRows.Ending(TableSchema.versionEnd, .integer(Int128(position.rawValue) - 1)),
      ])
    case .merge, .replace: nil
    }
  }
}
