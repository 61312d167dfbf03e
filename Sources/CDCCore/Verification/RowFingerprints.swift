/// A row's key in 128 bits.
struct KeyHash: Sendable, Hashable {
  var high: UInt64
  var low: UInt64

  /// One of `count` buckets, a power of two.
  @inline(__always)
  func bucket(of count: Int) -> Int { Int(truncatingIfNeeded: high >> 32) & (count - 1) }
}

/// The hashes of a batch's rows: of the key, and of the values beside it.
struct RowFingerprints {
  enum Side { case source, destination }

  private(set) var keys: [KeyHash]
  private(set) var rows: [UInt64]

  init(_ batch: RowBatch, _ alignment: ColumnAlignment, side: Side) {
    let high = Self.hash(batch, alignment.key, side, seed: RowHash.prime1)
    let low = Self.hash(batch, alignment.key, side, seed: RowHash.prime2)
    keys = zip(high, low).map { KeyHash(high: $0, low: $1) }
    rows = Self.hash(batch, alignment.rest, side, seed: RowHash.prime3)
  }

  private static func hash(
    _ batch: RowBatch, _ pairs: [ColumnAlignment.Pair], _ side: Side, seed: UInt64
  ) -> [UInt64] {
    var states = [UInt64](repeating: seed, count: batch.rowCount)
    for pair in pairs {
      let column = side == .source ? pair.source : pair.destination
      batch.columns[column].mix(into: &states, type: batch.table.columns[column].type, form: pair.form)
    }
    for row in states.indices { states[row] = RowHash.avalanche(states[row]) }
    return states
  }
}
