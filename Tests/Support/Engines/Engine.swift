/// The readers that prove what this package writes: none shares code with it, and no two of duckdb, pyarrow,
/// polars and the arrow-rs pair (deltalake, datafusion) share a Parquet decoder.
public enum Engine: String, Sendable, CaseIterable, CustomStringConvertible {
  case duckdb, deltalake, polars, pyarrow, datafusion

  public var description: String { rawValue }

  /// Those that read deletion vectors and column mapping.
  public static let forDelta: [Engine] = [.duckdb, .deltalake]
  public static let forParquet: [Engine] = [.pyarrow, .duckdb, .polars, .datafusion]
}

/// What an engine found in a table or a file.
public struct EngineTable: Sendable, Hashable, Decodable {
  public struct Column: Sendable, Hashable, Decodable {
    public var name: String
    /// Delta's name of the type: `decimal(12,2)`, `timestamp_ntz`, `array<long>`.
    public var type: String

    public init(name: String, type: String) {
      self.name = name
      self.type = type
    }
  }

  public var columns: [Column]
  /// Each row a JSON array in the form of `Python/canonical.py`, in ascending order of that text.
  public var rows: [String]

  /// `name type`, one a column.
  public var columnDescriptions: [String] { columns.map { "\($0.name) \($0.type)" } }
}
