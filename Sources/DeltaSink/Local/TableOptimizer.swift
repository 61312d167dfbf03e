import CDCCore

/// Writes files of a table anew: small ones together, and without the rows that are deleted.
struct TableOptimizer: Sendable {
  let table: LocalTable
  let options: LocalDeltaOptions
  let pipeline: String

  /// Files that are worth it, at most so many bytes of them.
  func candidates(_ snapshot: DeltaSnapshot, smallFiles: Int, deletedShare: Double, bytes: Int64) -> [AddFile]
  {
    var chosen: [AddFile] = []
    var total: Int64 = 0
    func choose(_ file: AddFile) -> Bool {
      guard total == 0 || total + Int64(file.size) <= bytes else { return false }
      total += Int64(file.size)
      chosen.append(file)
      return true
    }
    var small: [AddFile] = []
    for file in snapshot.files {
      if file.deletedShare >= deletedShare {
        _ = choose(file)
      } else if Int64(file.size) < options.targetFileBytes / 4 {
        small.append(file)
      }
    }
    let run = Self.run(small.sorted { $0.size < $1.size })
    if run.count >= smallFiles {
      for file in run where !choose(file) { break }
    }
    return chosen
  }

  /// The small files that are gathered now, smallest first: a file much larger than all before together waits until
  /// there are more of its size, so each row is written anew only a logarithmic number of times.
  private static func run(_ ascending: [AddFile]) -> [AddFile] {
    var run: [AddFile] = []
    var sum = 0
    for file in ascending {
      if sum > 1 << 20, file.size > sum * 2 { break }
      run.append(file)
      sum += file.size
    }
    return run
  }

  /// Writes the files anew in one commit that changes no data.
  ///
  /// - Throws: `DeltaError.conflict`, retryable, where another writer changed one of them meanwhile; nothing is done then.
  func rewrite(_ files: [AddFile], of snapshot: DeltaSnapshot) async throws -> OptimizeReport {
    let source = try TableSchema(name: table.name, columns: snapshot.columns)
    let shape = try TableShape(keeping: snapshot.metadata, source)
    let writer = TableFileWriter(store: table.store, shape: shape, options: options, pipeline: pipeline)
    // A commit that failed after it was sent may stand, and names the files then.
    var isSubmitted = false
    do {
      var buffer = RowGroupBuffer(shape)
      let rows = TableRows(table: table, schema: snapshot.schema)
      for file in files {
        let deleted = try table.deletionVector(of: file)
        try await rows.forEachGroup(of: file, deleted: deleted) { columns, count in
          try buffer.write(columns, rowCount: count, to: writer)
        }
      }
      try buffer.flush(to: writer)
      try writer.publish()
      let time = WallClock.milliseconds
      var transaction = DeltaTransaction(on: snapshot, operation: "OPTIMIZE", isBlindAppend: false)
      for file in files { transaction.remove(file, at: time, dataChange: false) }
      let adds = writer.finished.map { writer.action(for: $0, at: time, dataChange: false) }
      transaction.add(adds)
      isSubmitted = true
      let result = try transaction.commitRebasing()
      table.committed(result, options.logger)
      return OptimizeReport(
        version: result.version, filesRemoved: files.count, filesAdded: adds.count,
        bytesRemoved: files.reduce(0) { $0 + Int64($1.size) },
        bytesAdded: adds.reduce(0) { $0 + Int64($1.size) })
    } catch {
      if !isSubmitted || (error as? DeltaError)?.code == .conflict { writer.abandon() }
      throw error
    }
  }
}

extension AddFile {
  /// Of the rows that the file holds, how many are deleted: 0 to 1.
  fileprivate var deletedShare: Double {
    guard let deletionVector, let records = numRecords, records > 0 else { return 0 }
    return Double(deletionVector.cardinality) / Double(records)
  }
}

/// What `optimize` did.
public struct OptimizeReport: Sendable, Hashable {
  /// The table's version after it; nil where there was nothing to do.
  public var version: Int?
  public var filesRemoved = 0
  public var filesAdded = 0
  public var bytesRemoved: Int64 = 0
  public var bytesAdded: Int64 = 0
}
