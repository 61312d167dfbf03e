public import CDCCore
import Logging

extension LocalDeltaDestination {
  /// Gathers small files and writes files with deleted rows anew, so that the table is quick to read. The rows stay what
  /// they are (`dataChange` is false), and the old files stay until `vacuum`. May run beside the pipeline.
  ///
  /// - Throws: `DeltaError.conflict`, retryable, where another writer changed one of the files meanwhile.
  public func optimize(_ table: TableName) async throws -> OptimizeReport {
    let held = try self.table(table)
    guard let snapshot = try held.snapshot() else {
      throw DeltaError(.notFound, "There is no table \(table) in the lake.", path: held.store.tablePath)
    }
    let optimizer = TableOptimizer(table: held, options: options, pipeline: "optimize")
    let small = snapshot.files.filter { Int64($0.size) < options.targetFileBytes / 4 }
    let marked = snapshot.files.filter { $0.deletionVector != nil }
    let files = snapshot.files.filter { file in
      file.deletionVector != nil || (small.count > 1 && small.contains { $0.path == file.path })
    }
    guard !marked.isEmpty || small.count > 1 else { return OptimizeReport() }
    return try await optimizer.rewrite(files, of: snapshot)
  }

  /// Removes files that no version younger than the retention needs. Earlier versions cannot be read afterwards.
  ///
  /// - Parameters:
  ///   - retention: also protects the readers and writers that are at work; Delta's own default is a week. Under an hour it
  ///     waits for nobody, so no pipeline may be at work on the lake.
  ///   - dryRun: only tells.
  /// - Throws: `CDCError.fenced` where one is; `DeltaError.invalidTransaction` for a retention beyond what the table's log
  ///   remembers (`delta.deletedFileRetentionDuration`, a week by default).
  public func vacuum(
    _ table: TableName, retention: Duration = .seconds(168 * 3600), dryRun: Bool = false
  ) throws -> VacuumReport {
    let held = try self.table(table)
    guard let snapshot = try held.snapshot() else {
      throw DeltaError(.notFound, "There is no table \(table) in the lake.", path: held.store.tablePath)
    }
    let locks = retention < .seconds(3600) && !dryRun ? try PipelineLock.all(of: layout) : []
    defer { withExtendedLifetime(locks) {} }
    return try Vacuum(store: held.store, snapshot: snapshot, retention: retention).run(dryRun: dryRun)
  }

  /// What pays after a package: a bounded part of what `optimize` would do. The package stands whether or not it succeeds.
  func keepUp(_ tables: [LocalTable], pipeline: String) async throws {
    guard let upkeep = options.upkeep else { return }
    for table in tables {
      guard let snapshot = table.current else { continue }
      let optimizer = TableOptimizer(table: table, options: options, pipeline: pipeline)
      let files = optimizer.candidates(
        snapshot, smallFiles: upkeep.smallFiles, deletedShare: upkeep.deletedShare,
        bytes: upkeep.bytesPerPackage)
      if files.isEmpty { continue }
      do {
        _ = try await optimizer.rewrite(files, of: snapshot)
      } catch is CancellationError {
        throw CancellationError()
      } catch let error as DeltaError where error.code == .conflict {
        continue
      } catch {
        options.logger.warning(
          "small files were not gathered", metadata: ["table": "\(table.name)", "error": "\(error)"])
      }
    }
  }
}
