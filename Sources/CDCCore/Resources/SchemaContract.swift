/// What happens to what a schema does not foresee, as in dlt.
public struct SchemaContract: Sendable, Hashable {
  /// New tables that only a pattern names. Both ways to discard leave such a table out.
  public var tables: Mode
  /// New columns, and under `freeze` every other change of columns.
  public var columns: Mode
  /// Values that the column's type cannot hold. `evolve` means `freeze`: a type does not follow a single value.
  public var dataType: Mode

  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// The copy follows.
    case evolve
    /// The run stops before anything is written.
    case freeze
    /// The row goes to the table `_cdc_quarantine`.
    case discardRow = "discard_row"
    /// The value is left out.
    case discardValue = "discard_value"
  }

  public init(tables: Mode = .evolve, columns: Mode = .evolve, dataType: Mode = .freeze) {
    self.tables = tables
    self.columns = columns
    self.dataType = dataType
  }
}
