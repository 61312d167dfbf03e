public import CDCCore
internal import Logging

extension PostgresSource {
  /// Streams the slot's changes. Values come in binary form where every captured column has one that is known here.
  ///
  /// - Throws: `CDCError.Code.positionLost` where the slot is gone or lost; `PostgresError` for what the server refuses
  ///   and for connections that break, which is retryable: `changes` again, from the last checkpoint.
  public func changes(
    from position: LSN, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    // Also where there is nothing to read: a slot that is gone is to be heard of now, not with the next change.
    let (resolver, replication) = try await prepareStream(from: position)
    if case .position(let end) = stop, end <= position { return }
    let reader = ChangeReader(
      source: self, resolver: resolver, assembler: ChangeAssembler(limits: limits, stop: stop), sink: sink)
    do {
      try await ReplicationStream.with(streamSettings, replication, logger: logger) { stream in
        self.confirmations.onConfirm { stream.confirm(LogSequenceNumber($0.rawValue)) }
        defer { self.confirmations.onConfirm(nil) }
        var reader = reader
        try await reader.run(stream)
      }
    } catch { throw explained(error) }
  }

  private func prepareStream(
    from position: LSN
  ) async throws -> (RelationResolver, ReplicationOptions) {
    try await withConnection { connection in
      try await self.checkServer(connection)
      let slot = try await self.usableSlot(on: connection)
      try await self.requireOwnership(on: connection)
      if let confirmed = slot.confirmedPosition, confirmed > position {
        // Where nothing was published in between, the slot moves on by itself.
        self.logger.debug(
          "the slot is ahead of the checkpoint",
          metadata: ["slot": "\(confirmed)", "checkpoint": "\(position)"])
      }
      let catalog = try await Catalog.read(self.resources, from: connection)
      let isBinary = try self.layouts(catalog).allSatisfy { layout in
        layout.formats.allSatisfy(\.hasBinaryForm)
      }
      let publications = try await self.existingPublications(on: connection)
      guard publications.contains(self.publicationName) else {
        throw CDCError(
          .configuration,
          "The source has no publication \(self.publicationName), which says what tables to capture. Somebody dropped "
            + "it; a full load creates it again: cdc run --mode full_load.")
      }
      var options = ReplicationOptions(
        slot: self.slotName, publications: publications, start: LogSequenceNumber(position.rawValue))
      options.isBinary = isBinary
      options.streamsTransactions = self.options.streamsInProgress
      options.nap = self.options.nap
      options.statusInterval = self.options.statusInterval
      let insertOnly = try await self.publishedTables(self.insertPublicationName, on: connection) ?? []
      for table in catalog.tables where insertOnly.contains(table.oid) && table.hasUsableIdentity {
        self.logger.warning(
          "the table has a replica identity now: a full load starts capturing its updates and deletes",
          metadata: ["table": "\(table.tableName)"])
      }
      let resolver = RelationResolver(
        source: self, catalog: catalog, isBinary: isBinary, insertOnly: insertOnly)
      return (resolver, options)
    }
  }
}
