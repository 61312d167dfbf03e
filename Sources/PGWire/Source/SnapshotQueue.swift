import CDCCore
internal import Synchronization

/// The work of a full load, cut into many more pieces than there are readers: who is done takes the next, from the
/// table that it is reading where it can, so that its batch goes on filling.
final class SnapshotQueue: Sendable {
  struct Job: Sendable {
    var table: Int
    var sql: String
    var pages: Int
  }

  private struct State {
    /// By table, last first.
    var waiting: [[Job]]
    /// Jobs whose rows have not all been handed over.
    var outstanding: [Int]
    /// How many readers are on it.
    var readers: [Int]
  }

  private let state: Mutex<State>
  let jobCount: Int
  /// Tables without a heap: partitioned ones without partitions.
  let emptyTables: [Int]

  init(leaves: [[SnapshotLeaf]], layouts: [TableLayout], readers: Int) {
    let total = leaves.reduce(0) { $0 + $1.reduce(0) { $0 + $1.pages } }
    // 8 MiB to 256 MiB a job, about sixteen jobs a reader.
    let size = min(max(total / (readers * 16), 1024), 32_768)
    let jobs = zip(leaves, layouts).enumerated().map { table, pair in
      pair.0.flatMap { leaf in Self.jobs(leaf, pair.1, table: table, size: size) }
    }
    jobCount = jobs.reduce(0) { $0 + $1.count }
    emptyTables = jobs.indices.filter { jobs[$0].isEmpty }
    state = Mutex(
      State(
        waiting: jobs.map { $0.reversed() }, outstanding: jobs.map(\.count),
        readers: Array(repeating: 0, count: jobs.count)))
  }

  private static func jobs(
    _ leaf: SnapshotLeaf, _ layout: TableLayout, table: Int, size: Int
  ) -> [Job] {
    let columns = zip(layout.readNames, layout.formats).map { column, format in
      let name = SQLQuoting.identifier(column)
      switch format.mask {
      // What is not looked at is not asked for.
      case .null: return "NULL"
      case .constant: return "CASE WHEN \(name) IS DISTINCT FROM NULL THEN '' END"
      case .sha256, nil: return format.hasBinaryForm ? name : Self.outputText(of: name)
      }
    }.joined(separator: ", ")
    let select = "SELECT \(columns) FROM ONLY \(leaf.quotedName)"
    func job(_ conditions: [String], _ pages: Int) -> Job {
      let all = conditions + [layout.rowFilter].compactMap(\.self)
      let condition = all.isEmpty ? "" : " WHERE " + all.joined(separator: " AND ")
      return Job(table: table, sql: "COPY (\(select)\(condition)) TO STDOUT (FORMAT binary)", pages: pages)
    }
    guard leaf.pages > size, !leaf.isForeign else { return [job([], leaf.pages)] }
    return stride(from: 0, to: leaf.pages, by: size).map { start in
      let end = start + size
      // The last range is open: rows of the snapshot may lie on pages that came after the count.
      let upper = end < leaf.pages ? ["ctid < '(\(end),0)'"] : []
      return job(["ctid >= '(\(start),0)'"] + upper, min(size, leaf.pages - start))
    }
  }

  /// What the output function of the column's type prints, as the stream has it: a cast to text may print otherwise, as
  /// of char(n) and inet, and of what extensions define. The comparison is true of a composite whose fields are all null.
  static func outputText(of column: String) -> String {
    "CASE WHEN \(column) IS DISTINCT FROM NULL THEN pg_catalog.format('%s', \(column)) END"
  }

  /// - Parameter table: the one that the reader has rows of.
  func next(after table: Int?) -> Job? {
    state.withLock { state in
      if let table {
        if let job = state.waiting[table].popLast() { return job }
        state.readers[table] -= 1
      }
      // The table with the most pages left for each reader that is on it.
      let left = state.waiting.map { jobs in jobs.reduce(0) { $0 + $1.pages + 1 } }
      let candidates = left.indices.filter { left[$0] > 0 }
      let best = candidates.max { a, b in
        left[a] * (state.readers[b] + 1) < left[b] * (state.readers[a] + 1)
      }
      guard let best, let job = state.waiting[best].popLast() else { return nil }
      state.readers[best] += 1
      return job
    }
  }

  /// Notes that the rows of `count` jobs have been handed over; true where they were the table's last.
  func finish(_ count: Int, table: Int) -> Bool {
    state.withLock { state in
      state.outstanding[table] -= count
      return count > 0 && state.outstanding[table] == 0
    }
  }
}
