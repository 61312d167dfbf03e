/// A contiguous range of commits `(from, to]`, whole transactions, all tables: what a destination applies once.
public struct LoadPackage: Sendable, Hashable {
  public var pipeline: String
  /// The position of the checkpoint that the package follows.
  public var from: LSN

  public init(pipeline: String, from: LSN) {
    self.pipeline = pipeline
    self.from = from
  }

  /// Follows from the pipeline and the range, so a package delivered again has its name again.
  public func id(to: LSN) -> String { "\(pipeline)-\(hex(from))-\(hex(to))" }

  private func hex(_ lsn: LSN) -> String {
    let digits = String(lsn.rawValue, radix: 16, uppercase: true)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
