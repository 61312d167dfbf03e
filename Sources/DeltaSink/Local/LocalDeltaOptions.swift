public import Logging

/// How a `LocalDeltaDestination` writes. The defaults are meant to be kept.
public struct LocalDeltaOptions: Sendable {
  /// How changed and deleted rows leave the files that hold them.
  public enum MergeMode: Sendable, Hashable {
    /// The rows are marked: fast, but readers must know deletion vectors.
    case deletionVectors
    /// The files are written anew without them: for readers that do not.
    case copyOnWrite
  }

  /// What is done after a package to keep a table quick to read.
  public struct Upkeep: Sendable, Hashable {
    /// Files under a quarter of the target size are gathered when there are so many.
    public var smallFiles: Int
    /// A file is written anew when this share of its rows is deleted.
    public var deletedShare: Double
    /// At most so many bytes of files are written anew after a package; the rest waits for the next one.
    public var bytesPerPackage: Int64

    public init(smallFiles: Int = 24, deletedShare: Double = 0.25, bytesPerPackage: Int64 = 128 << 20) {
      self.smallFiles = smallFiles
      self.deletedShare = deletedShare
      self.bytesPerPackage = bytesPerPackage
    }
  }

  /// A file is closed when it has so many bytes.
  public var targetFileBytes: Int64
  public var mergeMode: MergeMode
  /// Nil: tables are kept only by `optimize`.
  public var upkeep: Upkeep?
  public var parquet: ParquetOptions
  /// Tasks that look for keys side by side.
  public var lookupTasks: Int
  /// Hears of upkeep that failed; what was delivered stands then.
  public var logger = Logger(label: "cdc.lake")
  /// Where tests cut a delivery off.
  package var onStage: (@Sendable (DeliveryPoint) throws -> Void)?

  public init(
    targetFileBytes: Int64 = 256 << 20, mergeMode: MergeMode = .deletionVectors,
    upkeep: Upkeep? = Upkeep(), parquet: ParquetOptions = ParquetOptions(), lookupTasks: Int = 2
  ) {
    self.targetFileBytes = targetFileBytes
    self.mergeMode = mergeMode
    self.upkeep = upkeep
    self.parquet = parquet
    self.lookupTasks = lookupTasks
  }
}

/// The steps of a delivery between which a process can die.
package enum DeliveryPoint: String, Sendable {
  case beforeLoadCommit = "before_load_commit"
  case afterLoadCommit = "after_load_commit"
  case beforeTableCommit = "before_table_commit"
  case afterTableCommit = "after_table_commit"
  case beforeCheckpoint = "before_checkpoint"
  case afterCheckpoint = "after_checkpoint"
}

extension LocalDeltaOptions {
  func pass(_ point: DeliveryPoint) throws { try onStage?(point) }
}
