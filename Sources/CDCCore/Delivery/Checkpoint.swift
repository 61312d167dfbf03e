/// How far a pipeline has come at its destination, durable there.
public struct Checkpoint: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, Codable {
    case fullLoad = "full_load"
    case cdc
    /// The source no longer holds the position: only a full load can go on, and none has finished since.
    case unfinishedLoad = "unfinished_load"
  }

  public var pipeline: String
  public var kind: Kind
  public var packageID: String
  /// The destination's tables hold every transaction whose commit record begins before this.
  public var position: LSN
  /// The source's clock at the last transaction held, microseconds since 1970-01-01T00:00:00Z.
  public var commitTime: Int64
  /// Rows or changes that the package brought.
  public var rowCount: Int

  public init(
    pipeline: String, kind: Kind, packageID: String, position: LSN, commitTime: Int64, rowCount: Int
  ) {
    self.pipeline = pipeline
    self.kind = kind
    self.packageID = packageID
    self.position = position
    self.commitTime = commitTime
    self.rowCount = rowCount
  }
}
