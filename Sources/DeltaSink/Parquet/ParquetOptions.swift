// How a Parquet file is written.

/// The choices a writer leaves to its caller. The defaults are what every known reader reads well.
public struct ParquetOptions: Sendable, Hashable {
  public enum Compression: Sendable, Hashable {
    /// Levels as libzstd has them; 1 compresses network-fast and is the default.
    case zstd(level: Int32)
    /// Levels 1 to 9.
    case gzip(level: Int32)
    case none
  }

  /// A column whose pages do not shrink by it is stored uncompressed whatever is asked here.
  public var compression: Compression
  /// About how large a page may grow before compression, in bytes.
  public var pageBytes: Int
  /// How many rows a page holds at most: a page is what a reader skips or reads whole.
  public var pageRows: Int
  /// Writes a CRC-32 into each page header. Off: the file systems and object stores below check already.
  public var pageChecksums: Bool
  /// Dictionary and DELTA encodings; off writes PLAIN only.
  public var encodings: Bool
  /// How many bytes of a string the statistics keep.
  public var statisticsBytes: Int
  public var createdBy: String
  /// Pairs for the footer's `key_value_metadata`.
  public var keyValueMetadata: [String: String]

  public init(
    compression: Compression = .zstd(level: 1), pageBytes: Int = 1 << 20, pageRows: Int = 20_480,
    pageChecksums: Bool = false, encodings: Bool = true, statisticsBytes: Int = 64,
    createdBy: String = "postgres-delta-cdc version 0.1.0", keyValueMetadata: [String: String] = [:]
  ) {
    self.compression = compression
    self.pageBytes = max(pageBytes, 1)
    self.pageRows = max(pageRows, 1)
    self.pageChecksums = pageChecksums
    self.encodings = encodings
    self.statisticsBytes = max(statisticsBytes, 8)
    self.createdBy = createdBy
    self.keyValueMetadata = keyValueMetadata
  }
}
