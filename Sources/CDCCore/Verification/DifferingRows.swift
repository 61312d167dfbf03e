/// Second pass: the rows of the buckets that differ, by key, until those that both sides have alike cancel out.
struct DifferingRows: Sendable {
  private struct Entry {
    var sourceCount: Int32 = 0
    var destinationCount: Int32 = 0
    /// Of the rows' hashes; equal sums of one row each are equal rows.
    var sourceSum: UInt64 = 0
    var destinationSum: UInt64 = 0
  }

  struct Row: Sendable {
    var key: KeyHash
    var kind: RowDifference.Kind
  }

  private let buckets: [Bool]
  private var entries: [KeyHash: Entry] = [:]

  init(buckets: [Int], of count: Int) {
    var chosen = [Bool](repeating: false, count: count)
    for bucket in buckets { chosen[bucket] = true }
    self.buckets = chosen
  }

  mutating func add(_ fingerprints: RowFingerprints, side: RowFingerprints.Side, weight: Int = 1) {
    for (key, row) in zip(fingerprints.keys, fingerprints.rows) where buckets[key.bucket(of: buckets.count)] {
      var entry = entries[key] ?? Entry()
      let signed = row &* UInt64(bitPattern: Int64(weight))
      if side == .source {
        entry.sourceCount += Int32(weight)
        entry.sourceSum &+= signed
      } else {
        entry.destinationCount += Int32(weight)
        entry.destinationSum &+= signed
      }
      let isEven = entry.sourceCount == entry.destinationCount && entry.sourceSum == entry.destinationSum
      // Even entries leave room; a further row under their key begins a new one, which comes to the same.
      entries[key] = isEven ? nil : entry
    }
  }

  /// How many rows differ in which way, and the first of them by key hash: an order that is the same in every run.
  func summary(named limit: Int) -> (missing: Int, extra: Int, different: Int, rows: [Row]) {
    var (missing, extra, different) = (0, 0, 0)
    var rows: [Row] = []
    for (key, entry) in entries {
      let surplus = Int(entry.sourceCount) - Int(entry.destinationCount)
      if surplus > 0 { missing += surplus } else { extra -= surplus }
      if surplus == 0 { different += 1 }
      rows.append(Row(key: key, kind: surplus > 0 ? .missing : surplus < 0 ? .extra : .different))
    }
    rows.sort { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }
    return (missing, extra, different, Array(rows.prefix(limit)))
  }
}
