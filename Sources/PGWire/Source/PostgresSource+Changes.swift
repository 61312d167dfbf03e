public import CDCCore
internal import Logging

extension PostgresSource {
  /// Streams the slot's changes. Values come in binary form where every captured column has one that is known here.
  ///
  /// - Throws: `CDCError.Code.positionLost` where the slot is gone or lost; `PostgresError` for what the server refuses
  ///   and for connections that break, which is retryable: `changes` again, from the last checkpoint.
  public func changes(
    from position: LSN, held: [HeldTable]?, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    // Also where there is nothing to read: a slot that is gone is to be heard of now, not with the next change.
    let (resolver, replication, selection) = try await prepareStream(from: position, held: held)
    let stop = stop == .drained ? .position(try await end(telling: resolver.survey)) : stop
    confirmations.begin(at: position)
    var assembler = ChangeAssembler(
      limits: limits, from: position, stop: stop, survey: held == nil ? nil : resolver.survey,
      selection: selection)
    assembler.skip(before: resolver.positions)
    if case .position(let end) = stop, end <= position {
      if resolver.survey.position <= end {
        for event in assembler.takeFinalEvents(at: position) { try await sink(event) }
      }
      return
    }
    let reader = ChangeReader(source: self, resolver: resolver, assembler: assembler, sink: sink)
    do {
      try await ReplicationStream.with(streamSettings, replication, logger: logger) { stream in
        self.confirmations.onConfirm { stream.confirm(LogSequenceNumber($0.rawValue)) }
        defer { self.confirmations.onConfirm(nil) }
        var reader = reader
        try await reader.run(stream)
      }
    } catch { throw await explainedStream(error) }
  }

  /// The end of the log, behind all that the survey has to tell.
  private func end(telling survey: TableSurvey) async throws -> LSN {
    let end = try await currentPosition()
    return survey.reshaped.isEmpty && survey.removed.isEmpty ? end : max(end, survey.position)
  }

  /// Follows each table's shape as far as the log tells it.
  public func changes(
    from position: LSN, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    try await changes(from: position, held: nil, limits: limits, until: stop, sink: sink)
  }

  private func selection(
    _ held: [HeldTable]?, on connection: PostgresConnection
  ) async throws -> ChangeSelection {
    var selection = ChangeSelection(
      pipeline: pipeline, messagePrefixes: options.messages, ignoredOrigins: options.ignoredOrigins,
      deleteMark: options.ignoreDeletesPrefix)
    if selection.needsMessages, await connection.serverVersion < 140_000 {
      throw CDCError(
        .configuration,
        "Logical messages are carried from PostgreSQL 14 on. Take messages and ignore_deletes out of the settings, or "
          + "upgrade the server.")
    }
    if held != nil, try await hasDefinitionTrigger(on: connection) {
      selection.definitionPrefix = definitionTrigger.name
    }
    return selection
  }

  private func prepareStream(
    from position: LSN, held: [HeldTable]?
  ) async throws -> (RelationResolver, ReplicationOptions, ChangeSelection) {
    try await withConnection { connection in
      try await self.checkServer(connection)
      let selection = try await self.selection(held, on: connection)
      let slot = try await self.usableSlot(on: connection)
      try await self.requireOrigin(before: position, on: connection)
      try await self.requireWholeLog(of: slot, from: position, on: connection)
      let publications = try await self.existingPublications(on: connection)
      guard publications.contains(self.publicationName) else {
        throw CDCError(
          .configuration,
          "The source has no publication \(self.publicationName), which says what tables to capture. Somebody dropped "
            + "it; a full load creates it again: cdc run --mode full_load.")
      }
      let survey = try await self.survey(held, on: connection)
      let catalog = survey.catalog
      if !survey.unsynced.isEmpty { throw UnsyncedTables(survey.unsynced) }
      if held != nil { try await self.unpublish(allBut: catalog.tables, on: connection) }
      let isBinary = survey.layouts.allSatisfy { layout in
        layout.formats.allSatisfy(\.hasBinaryForm)
      }
      var options = ReplicationOptions(
        slot: self.slotName, publications: publications, start: LogSequenceNumber(position.rawValue))
      options.isBinary = isBinary
      options.includesMessages = selection.needsMessages
      options.streamsTransactions = self.options.streamsInProgress && !selection.needsMessages
      options.ignoresOrigins = self.options.ignoredOrigins.contains("*")
      options.nap = self.options.nap
      options.statusInterval = self.options.statusInterval
      let insertOnly = try await self.publishedTables(self.insertPublicationName, on: connection) ?? [:]
      let resolver = RelationResolver(
        source: self, survey: survey, held: held, isBinary: isBinary, insertOnly: Set(insertOnly.keys))
      return (resolver, options, selection)
    }
  }
}
