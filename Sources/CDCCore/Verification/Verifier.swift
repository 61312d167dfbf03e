internal import Synchronization

/// Compares every row of a snapshot with the destination's tables, which must stand at the snapshot's position.
///
/// Memory is bounded, whatever the tables' size. One pass over either side sums all rows up by hash; where all sums
/// agree that is all. Else a second pass finds the keys that differ and a third their columns, of as many rows as the
/// options allow.
public struct Verifier: Sendable {
  private let snapshot: any SourceSnapshot
  private let destination: any ReadableDestination
  private let options: VerificationOptions

  public init(
    _ snapshot: any SourceSnapshot, _ destination: any ReadableDestination,
    options: VerificationOptions = VerificationOptions()
  ) {
    self.snapshot = snapshot
    self.destination = destination
    self.options = options
  }

  public func run() async throws -> VerificationReport {
    let started = ContinuousClock.now
    var results = snapshot.tables.map { TableVerification(table: $0.name) }
    let comparisons = try await align(&results)

    let sums = try await pass(comparisons) { _ in
      BucketSums(count: bucketCount)
    } add: {
      $0.add($2, side: $3, weight: $4)
    }
    let chosen = choose(sums, &results)

    let rows = try await pass(comparisons.filter { chosen[$0.index] != nil }) {
      DifferingRows(buckets: chosen[$0.index] ?? [], of: bucketCount)
    } add: {
      $0.add($2, side: $3, weight: $4)
    }
    var named: [Int: [DifferingRows.Row]] = [:]
    for (index, rows) in rows {
      let summary = rows.summary(named: options.namedRows)
      (results[index].missing, results[index].extra) = (summary.missing, summary.extra)
      results[index].different = summary.different
      named[index] = summary.rows
    }

    let values = try await pass(comparisons.filter { !(named[$0.index] ?? []).isEmpty }) {
      NamedRows(named[$0.index] ?? [], $0.alignment)
    } add: { (state, batch, fingerprints, side, _) in
      state.add(batch, fingerprints, side: side)
    }
    for (index, rows) in values { results[index].differences = rows.differences }
    return VerificationReport(position: snapshot.position, tables: results, duration: .now - started)
  }

  // MARK: preparation

  private struct Comparison: Sendable {
    var index: Int
    var alignment: ColumnAlignment
    var rows: TableRows
  }

  private func align(_ results: inout [TableVerification]) async throws -> [Comparison] {
    var comparisons: [Comparison] = []
    for (index, table) in snapshot.tables.enumerated() {
      guard let schema = try await destination.schema(of: table.name) else {
        results[index].shape = [.tableMissing]
        continue
      }
      let alignment = ColumnAlignment(source: table, destination: schema)
      results[index].shape = alignment.differences
      guard alignment.canCompareRows else { continue }
      let rows = TableRows(destination, schema, alignment, heldKeys: options.heldRows)
      comparisons.append(Comparison(index: index, alignment: alignment, rows: rows))
    }
    return comparisons
  }

  /// Some four million buckets over all tables, 32 bytes each.
  private var bucketCount: Int {
    let share = (1 << 22) / max(snapshot.tables.count, 1)
    return min(max(1 << (Int.bitWidth - 1 - max(share, 1).leadingZeroBitCount), 256), 1 << 16)
  }

  /// The buckets of each table that are to be looked into: all that differ, unless they hold more rows than fit.
  private func choose(_ sums: [Int: BucketSums], _ results: inout [TableVerification]) -> [Int: [Int]] {
    var chosen: [Int: [Int]] = [:]
    let differing = sums.filter { !$0.value.differingBuckets.isEmpty }
    for (index, sums) in sums {
      results[index].sourceRows = sums.sourceRows.reduce(0, +)
      results[index].destinationRows = sums.destinationRows.reduce(0, +)
    }
    for (index, sums) in differing {
      var room = options.heldRows / differing.count
      var buckets: [Int] = []
      for bucket in sums.differingBuckets {
        let rows = sums.sourceRows[bucket] + max(sums.destinationRows[bucket], 0)
        guard buckets.isEmpty || rows <= room else {
          results[index].isExhaustive = false
          break
        }
        buckets.append(bucket)
        room -= rows
      }
      chosen[index] = buckets
    }
    return chosen
  }

  // MARK: reading

  /// Reads both sides of the tables once and lets each table's state see all of its rows.
  private func pass<State: Sendable>(
    _ comparisons: [Comparison], start: (Comparison) -> State,
    add:
      @escaping @Sendable (
        inout State, RowBatch, RowFingerprints, RowFingerprints.Side, _ weight: Int
      ) -> Void
  ) async throws -> [Int: State] {
    guard !comparisons.isEmpty else { return [:] }
    let states = TableStates(comparisons.map { ($0.index, start($0)) })
    let alignments = Dictionary(uniqueKeysWithValues: comparisons.map { ($0.index, $0.alignment) })
    let options = options
    @Sendable func take(_ index: Int, _ batch: RowBatch, _ side: RowFingerprints.Side, _ weight: Int) {
      guard let alignment = alignments[index] else { return }
      let fingerprints = RowFingerprints(batch, alignment, side: side)
      states.update(index) { add(&$0, batch, fingerprints, side, weight) }
      options.progress?(batch.rowCount)
    }
    try await snapshot.read(readers: options.readers, limits: BatchLimits(rows: 65_536, bytes: 8 << 20)) {
      event in
      if case .rows(let table, let batch) = event { take(table, batch, .source, 1) }
    }
    for comparison in comparisons {
      try await comparison.rows.read { batch, weight in take(comparison.index, batch, .destination, weight) }
    }
    return states.all
  }
}

/// One state a table, each under a lock of its own.
private final class TableStates<State: Sendable>: Sendable {
  private final class Slot: Sendable {
    let state: Mutex<State>
    init(_ state: State) { self.state = Mutex(state) }
  }

  private let slots: [Int: Slot]

  init(_ states: [(Int, State)]) {
    slots = Dictionary(uniqueKeysWithValues: states.map { ($0.0, Slot($0.1)) })
  }

  func update(_ index: Int, _ body: (inout State) -> Void) {
    slots[index]?.state.withLock { body(&$0) }
  }

  var all: [Int: State] { slots.mapValues { $0.state.withLock(\.self) } }
}
