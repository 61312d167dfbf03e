/// First pass: all rows of both sides, summed up by hash into a fixed number of buckets. Rows of the source are added,
/// rows of the destination taken away, so whatever their order, a bucket that both fill alike ends at zero. Memory does
/// not grow with the table.
struct BucketSums: Sendable {
  private var sums: [(first: UInt64, second: UInt64)]
  /// Rows of the source, and of the destination, in each bucket.
  private(set) var sourceRows: [Int]
  private(set) var destinationRows: [Int]

  /// - Parameter count: a power of two.
  init(count: Int) {
    sums = Array(repeating: (0, 0), count: count)
    sourceRows = Array(repeating: 0, count: count)
    destinationRows = Array(repeating: 0, count: count)
  }

  /// - Parameter weight: 1, or −1 for a row that takes an earlier one back.
  mutating func add(_ fingerprints: RowFingerprints, side: RowFingerprints.Side, weight: Int = 1) {
    let isSource = side == .source
    let sign = UInt64(bitPattern: Int64(isSource ? weight : -weight))
    for (key, row) in zip(fingerprints.keys, fingerprints.rows) {
      let bucket = key.bucket(of: sums.count)
      sums[bucket].first &+= RowHash.avalanche(RowHash.round(key.high, row)) &* sign
      sums[bucket].second &+= RowHash.avalanche(RowHash.round(key.low, row)) &* sign
      if isSource { sourceRows[bucket] += weight } else { destinationRows[bucket] += weight }
    }
  }

  func differs(_ bucket: Int) -> Bool {
    sums[bucket].first != 0 || sums[bucket].second != 0 || sourceRows[bucket] != destinationRows[bucket]
  }

  var differingBuckets: [Int] { sums.indices.filter(differs) }
}
