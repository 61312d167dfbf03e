public import CDCCore

/// Writes one Parquet file, a row group at a time.
public final class ParquetFileWriter {
  public let path: String
  /// Bytes handed to the file so far.
  public private(set) var byteCount: Int64 = 0
  public private(set) var rowCount: Int64 = 0

  /// Creates the file, which must not exist.
  public init(path: String, columns: [ParquetColumn], options: ParquetOptions = ParquetOptions()) throws {
    self.path = path
  }

  /// Encodes one row group and streams it to the file; only its metadata is kept.
  public func write(_ columns: [ColumnVector], rowCount: Int) throws {
    throw ParquetFormatError.unsupported("not yet")
  }

  /// Writes page index and footer and closes the file. `sync` makes it durable before returning.
  public func close(sync: Bool = false) throws -> ParquetFileSummary {
    throw ParquetFormatError.unsupported("not yet")
  }

  /// Closes and removes the unfinished file. Nothing happens after `close`.
  public func abandon() {}
}
