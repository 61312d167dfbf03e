internal import Logging
extension Pipeline {
  /// Replaces every table at the destination by a consistent snapshot of the source. Each table changes in one atomic
  /// step; when this returns, all are durable and `capture` goes on from the snapshot's position.
  @discardableResult
  public func fullLoad() async throws -> LoadReport {
    try await retrying { _ in try await loadOnce() }
  }

  func loadOnce() async throws -> LoadReport {
    let started = ContinuousClock.now
    let checkpoint = try await destination.open(pipeline: name)
    // Before the snapshot: what changes its rows commits later than this.
    let began = try await source.currentTime()
    let snapshot = try await openSnapshot(after: checkpoint)
    do {
      let loaded = try await load(snapshot, after: checkpoint?.position ?? .zero, began: began)
      try await finish(snapshot, loaded)
      await snapshot.close()
      return LoadReport(position: snapshot.position, tables: loaded.tables, duration: .now - started)
    } catch {
      await snapshot.close()
      throw error
    }
  }

  /// Keeps the position that the source holds for us, where there is one to keep: a load that fails half-way then
  /// leaves a pipeline that can still capture. Otherwise it begins anew, and says so at the destination first.
  private func openSnapshot(after checkpoint: Checkpoint?) async throws -> any SourceSnapshot {
    if let checkpoint, checkpoint.kind != .unfinishedLoad {
      do {
        let snapshot = try await source.snapshot(restart: false)
        if snapshot.position >= checkpoint.position { return snapshot }
        // The source was set back behind what the destination has: a slot of the time before is of no use either.
        await snapshot.close()
      } catch let error as CDCError where error.code == .positionLost {}
      var unfinished = checkpoint
      unfinished.kind = .unfinishedLoad
      try await destination.record(unfinished)
    }
    return try await source.snapshot(restart: true)
  }

  /// Tables that are loaded, and what was kept out of them, which is still to be committed.
  struct Loaded {
    var tables: [LoadReport.Table]
    var quarantine: LoadQuarantine

    var rowCount: Int { tables.reduce(0) { $0 + $1.rows } }
  }

  /// - Parameters:
  ///   - previous: the checkpoint's position.
  ///   - held: tables whose past stays as far as their disposition keeps it.
  func load(
    _ snapshot: any SourceSnapshot, after previous: LSN, began: Int64, held: [HeldTable] = []
  ) async throws -> Loaded {
    let channel = BoundedChannel<SnapshotEvent>(capacity: configuration.bufferedBytes)
    let quarantine = LoadQuarantine(
      name, destination, position: snapshot.position, after: previous, began: began)
    let loads = TableLoads(
      snapshot: snapshot, pipeline: self, quarantine: quarantine, began: began, held: held)
    let workers = try WorkerPool(threads: configuration.writers)
    defer { withExtendedLifetime(workers) {} }
    do {
      try await quarantine.clear(snapshot.tables.map(\.name))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await snapshot.read(readers: configuration.readers, limits: configuration.loadLimits) {
            event in
            await loads.enqueued(event)
            try await channel.send(event, cost: event.byteCount)
          }
          channel.finish()
        }
        for _ in 0..<max(configuration.writers, 1) {
          group.addTask(executorPreference: workers) {
            while let event = try await channel.next() { try await loads.handle(event) }
          }
        }
        do {
          // The first failure ends all: `waitForAll` would wait for those who wait for the one that failed.
          for try await _ in group {}
        } catch {
          channel.abandon(throwing: error)
          throw error
        }
      }
    } catch {
      await loads.abandon()
      await quarantine.abandon()
      throw error
    }
    return Loaded(tables: await loads.reports, quarantine: quarantine)
  }

  private func finish(_ snapshot: any SourceSnapshot, _ loaded: Loaded) async throws {
    let checkpoint = Checkpoint(
      pipeline: name, kind: .fullLoad,
      packageID: LoadPackage(pipeline: name, from: .zero).id(to: snapshot.position),
      position: snapshot.position, commitTime: .microsecondsSince1970,
      rowCount: loaded.rowCount)
    try await loaded.quarantine.commit(checkpoint)
    source.confirm(snapshot.position)
    configuration.progress?(.committed(checkpoint))
  }
}

extension SnapshotEvent {
  fileprivate var byteCount: Int {
    switch self {
    case .rows(_, let rows): rows.byteCount
    case .refused(_, let refusals): refusals.rows.reduce(0) { $0 + $1.byteCount }
    case .finished: 0
    }
  }
}
