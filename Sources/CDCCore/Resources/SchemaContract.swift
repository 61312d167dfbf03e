/// What happens to what a schema does not foresee, as in dlt.
public struct SchemaContract: Sendable, Hashable {
  /// New tables and columns.
  public var columns: Mode
  /// Values that the column's type cannot hold.
  public var dataType: Mode

  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    case evolve, freeze
    case discardRow = "discard_row"
    case discardValue = "discard_value"
  }

  public init(columns: Mode = .evolve, dataType: Mode = .freeze) {
    self.columns = columns
    self.dataType = dataType
  }
}
