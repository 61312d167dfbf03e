import CDCCore

/// Reads a stream to its end: what the assembler has ready is handed over between two stretches of messages.
struct ChangeReader {
  let source: PostgresSource
  let resolver: RelationResolver
  var assembler: ChangeAssembler
  let sink: @Sendable (ChangeEvent) async throws -> Void
  private var timesFoundWaiting = 0

  init(
    source: PostgresSource, resolver: RelationResolver, assembler: ChangeAssembler,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) {
    self.source = source
    self.resolver = resolver
    self.assembler = assembler
    self.sink = sink
  }

  mutating func run(_ stream: ReplicationStream) async throws {
    while true {
      assembler.resume()
      let pause = try await stream.receive(into: &assembler)
      for event in assembler.takeEvents() { try await sink(event) }
      for (table, count) in assembler.takeDiscarded() { source.countDiscarded(count, table: table) }
      if assembler.isFinished { return }
      if try await isCaughtUp() {
        assembler.finishCaughtUp()
        for event in assembler.takeEvents() { try await sink(event) }
        if assembler.isFinished { return }
      }
      if pause == .ended {
        throw PostgresError(
          .connectionLost, "the server has ended the stream: it is shutting down",
          operation: "reading changes")
      }
      if let relation = assembler.undefined {
        let layout = try await resolver.layout(of: relation, previous: assembler.layout(of: relation.oid))
        assembler.define(relation, as: layout)
        // What waited in the table's old shape goes before what comes in the new one.
        for event in assembler.takeEvents() { try await sink(event) }
      }
    }
  }

  /// The log may end in the middle of a record that an open transaction is writing: the server then never says that it
  /// has sent everything up to there. Twice in a row it must have been found waiting for log, and silent.
  private mutating func isCaughtUp() async throws -> Bool {
    guard assembler.isSilent else {
      timesFoundWaiting = 0
      return false
    }
    timesFoundWaiting = try await source.isWaitingForLog() ? timesFoundWaiting + 1 : 0
    return timesFoundWaiting >= 2
  }
}

extension PostgresSource {
  /// Whether the process that serves the slot has decoded all log that there is.
  func isWaitingForLog() async throws -> Bool {
    try await withConnection { connection in
      let sql = """
        SELECT lower(a.wait_event) = 'walsenderwaitforwal' FROM pg_replication_slots s
          JOIN pg_stat_activity a ON a.pid = s.active_pid WHERE s.slot_name = $1
        """
      return try await connection.query(sql, [self.slotName]).scalar == "t"
    }
  }
}
