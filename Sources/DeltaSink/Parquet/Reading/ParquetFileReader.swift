public import CDCCore

/// Reads one Parquet file. Safe to use from several tasks at once: it keeps the footer, and no position.
public final class ParquetFileReader: Sendable {
  public let path: String
  public let columns: [ParquetColumn]
  public let rowCount: Int64
  public let rowGroups: [ParquetRowGroup]

  /// Opens the file and reads its footer.
  public init(path: String) throws {
    throw ParquetFormatError.unsupported("not yet")
  }

  /// The position of the top-level column of this name.
  public func columnIndex(named name: String) -> Int? { columns.firstIndex { $0.name == name } }

  /// The columns named by position (nil: all), in the order named, of one row group.
  public func read(columns: [Int]? = nil, rowGroup: Int) throws -> [ColumnVector] {
    throw ParquetFormatError.unsupported("not yet")
  }

  /// The pages of one flat column, with their bounds from the page index, to be decoded one by one.
  public func pages(column: Int, rowGroup: Int) throws -> ParquetPages {
    throw ParquetFormatError.unsupported("not yet")
  }
}

/// What the footer says of one row group.
public struct ParquetRowGroup: Sendable {
  public let rowCount: Int
  /// The position in the file of its first row.
  public let firstRow: Int64
  /// One for each top-level column; nil where the file has none that can be trusted.
  public let statistics: [ColumnStatistics?]
}

/// The pages of one column chunk. Each `vector(ofPage:)` reads and decodes that page only.
public final class ParquetPages {
  public struct Page: Sendable {
    /// Within the row group.
    public let firstRow: Int
    public let rowCount: Int
    /// Bounds and null count; nil without a page index.
    public let statistics: ColumnStatistics?
  }

  public let pages: [Page]

  init(pages: [Page]) { self.pages = pages }

  public func vector(ofPage page: Int) throws -> ColumnVector {
    throw ParquetFormatError.unsupported("not yet")
  }
}
