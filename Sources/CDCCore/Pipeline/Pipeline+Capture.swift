internal import Logging
extension Pipeline {
  /// Applies the source's changes from the checkpoint on, package by package, and confirms each at the source once it
  /// is durable.
  ///
  /// - Throws: `CDCError.Code.noCheckpoint` where no full load has finished.
  @discardableResult
  public func capture(until end: CaptureEnd = .drained) async throws -> CaptureReport {
    guard end == .never else { return try await capture(until: end, requests: nil) }
    return try await serving { try await capture(until: end, requests: $0) }
  }

  private func capture(until end: CaptureEnd, requests: RequestWatch?) async throws -> CaptureReport {
    let started = ContinuousClock.now
    let stop: StopCondition =
      switch end {
      case .drained: .drained
      case .position(let position): .position(position)
      case .never: .never
      }
    var report = CaptureReport(position: .zero)
    var resyncs = Resyncs()
    var loaded: [TableName: LSN] = [:]
    func note(_ load: LoadReport) {
      report.resynced.formUnion(load.tables.map(\.name))
      report.add(load.refusals)
      for table in load.tables { loaded[table.name] = load.position }
    }
    try await retrying { progressed in
      while true {
        let checkpoint = try await openCheckpoint()
        report.position = checkpoint.position
        do {
          return try await captureOnce(from: checkpoint, until: stop, loaded: loaded, requests: requests) {
            done in
            progressed()
            if !done.isIdle { resyncs.progressed() }
            report.position = done.checkpoint.position
            report.packages += done.changes.isEmpty ? 0 : 1
            report.changes.merge(done.changes, uniquingKeysWith: +)
            report.add(done.refusals)
          }
        } catch let unsynced as UnsyncedTables {
          try resyncs.note(unsynced)
          // Packages may have been committed since, and one that was given up has left nothing.
          guard let load = try await resync(unsynced, beside: try await openCheckpoint()) else { return }
          note(load)
        } catch is LoadsAskedFor {
          do {
            for load in try await serveRequests(beside: try await openCheckpoint()) { note(load) }
          } catch is CancellationError where isStopping {
            return
          }
        }
      }
    }
    report.duration = .now - started
    if end != .never { await settle() }
    return report
  }

  /// Everything is durable by now, so a failure is no failure of the run: the next one tells the source.
  private func settle() async {
    do { try await source.settle() } catch {
      logger.warning("the source was not told of the last package", metadata: ["error": "\(error)"])
    }
  }

  private func openCheckpoint() async throws -> Checkpoint {
    guard let checkpoint = try await destination.open(pipeline: name), checkpoint.kind != .unfinishedLoad
    else {
      throw CDCError(
        .noCheckpoint,
        "Pipeline \(name) has no finished full load at this destination, so there is nothing to keep equal. "
          + "Run a full load first: cdc run --mode full_load.")
    }
    return checkpoint
  }

  /// The source's tables, as the destination has them.
  func heldTables() async throws -> [HeldTable]? {
    try await destination.heldTables(pipeline: name)?.filter { !$0.schema.name.isOwn }
  }

  private func captureOnce(
    from checkpoint: Checkpoint, until stop: StopCondition, loaded: [TableName: LSN],
    requests: RequestWatch?, committed: (Packages.Done) -> Void
  ) async throws {
    if let unsynced = try await destination.unsyncedTables(pipeline: name) { throw unsynced }
    let held = try await heldTables()
    let quarantine = Quarantine(
      pipeline: name, from: checkpoint.position,
      try await QuarantineLedger.read(destination, pipeline: name), loaded: loaded)
    var limits = configuration.captureLimits
    let idleBytes = limits.idleBytes ?? destination.idleBytes
    limits.idleBytes = idleBytes
    let channel = BoundedChannel<ChangeEvent>(capacity: configuration.bufferedBytes)
    let reader = Task { [limits] in
      do {
        try await source.changes(
          from: checkpoint.position, held: held, limits: limits, until: stop
        ) { event in
          try await channel.send(event, cost: event.byteCount)
        }
        channel.finish()
      } catch is CancellationError {
        // A graceful stop cancels the reader alone: what it had handed over is still applied.
        channel.finish()
      } catch {
        channel.finish(throwing: error)
      }
    }
    requests?.begin { reader.cancel() }
    var packages = Packages(
      pipeline: self, after: checkpoint, idleBytes: idleBytes, quarantine: quarantine)
    let workers = try WorkerPool(threads: configuration.writers)
    defer { withExtendedLifetime(workers) {} }
    do {
      try await withTaskCancellationHandler {
        try await cancellingOnGracefulShutdown(reader) {
          try await withTaskExecutorPreference(workers) {
            while let event = try await channel.next() {
              if let done = try await packages.handle(event) { committed(done) }
            }
          }
        }
      } onCancel: {
        reader.cancel()
        channel.abandon(throwing: CancellationError())
      }
      await packages.abandon()
    } catch {
      reader.cancel()
      channel.abandon(throwing: error)
      await packages.abandon()
      await reader.value
      throw error
    }
    await reader.value
    if requests?.end() == true, !isStopping { throw LoadsAskedFor() }
  }
}

extension ChangeEvent {
  fileprivate var byteCount: Int {
    switch self {
    case .changes(let batch): batch.byteCount
    case .truncate, .boundary: 0
    }
  }
}
