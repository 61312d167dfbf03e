// What is known of a file once it is closed: what a Delta `add` action says about it.

public import CDCCore

/// A finished Parquet file.
public struct ParquetFileSummary: Sendable {
  public let path: String
  public let byteCount: Int64
  public let rowCount: Int64
  /// One for each top-level column, over the whole file.
  public let columns: [ColumnStatistics]
}

/// What a column's values lie between.
public struct ColumnStatistics: Sendable, Hashable {
  /// No value is smaller. Nil where all are null, where the type has no order (binary, list, map), or
  /// where a float column has a NaN: Spark takes NaN for the greatest value, so a bound that ignores it would
  /// make a reader skip rows.
  public var min: Value?
  /// No value is greater. Nil as `min`.
  public var max: Value?
  /// Of a struct's fields: the rows where the field or a struct around it is null.
  public var nullCount: Int64
  /// False where `min` is the beginning of a longer string.
  public var isMinExact: Bool
  /// False where `max` is a longer string cut off and rounded up.
  public var isMaxExact: Bool
  /// A struct's fields, in order; empty for every other type.
  public var fields: [ColumnStatistics]

  public init(
    min: Value? = nil, max: Value? = nil, nullCount: Int64 = 0, isMinExact: Bool = true,
    isMaxExact: Bool = true, fields: [ColumnStatistics] = []
  ) {
    self.min = min
    self.max = max
    self.nullCount = nullCount
    self.isMinExact = isMinExact
    self.isMaxExact = isMaxExact
    self.fields = fields
  }
}
