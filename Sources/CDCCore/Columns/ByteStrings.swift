/// Variable-length values one after the other: value i is `bytes[offsets[i]..<offsets[i + 1]]`.
public struct ByteStrings: Sendable, Hashable {
  /// One more than there are values; begins with 0, never descends.
  public var offsets: [Int32]
  public var bytes: [UInt8]

  public init() {
    offsets = [0]
    bytes = []
  }

  public init(offsets: [Int32], bytes: [UInt8]) {
    self.offsets = offsets
    self.bytes = bytes
  }

  @inlinable public var count: Int { offsets.count - 1 }

  @inlinable
  public subscript(row: Int) -> ArraySlice<UInt8> {
    bytes[Int(offsets[row])..<Int(offsets[row + 1])]
  }

  public mutating func append(_ value: some Collection<UInt8>) {
    bytes.append(contentsOf: value)
    offsets.append(Int32(bytes.count))
  }
}
