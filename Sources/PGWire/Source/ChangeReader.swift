import CDCCore
import Logging

/// Reads a stream to its end: what the assembler has ready is handed over between two stretches of messages.
struct ChangeReader {
  let source: PostgresSource
  let resolver: RelationResolver
  var assembler: ChangeAssembler
  let sink: @Sendable (ChangeEvent) async throws -> Void
  private var timesFoundWaiting = 0
  /// Messages of the stream when it was last asked whether it is at its end.
  private var messagesBefore = -1
  private var nextLook: Int64
  private var removed: Set<TableName>

  init(
    source: PostgresSource, resolver: RelationResolver, assembler: ChangeAssembler,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) {
    self.source = source
    self.resolver = resolver
    self.assembler = assembler
    self.sink = sink
    removed = Set(resolver.survey.removed)
    nextLook =
      resolver.held != nil && assembler.isEndless
      ? ReplicationClock.now + source.options.catalogInterval.nanoseconds : .max
  }

  mutating func run(_ stream: ReplicationStream) async throws {
    while true {
      try await lookAround()
      assembler.resume()
      let pause = try await stream.receive(into: &assembler)
      try await handOver()
      let leftOut = assembler.takeLeftOut()
      if leftOut > 0 {
        source.logger.info("deletes left out, as their transactions ask", metadata: ["deletes": "\(leftOut)"])
      }
      if assembler.isFinished { return }
      if try await isCaughtUp(stream) {
        assembler.finishCaughtUp()
        try await handOver()
        if assembler.isFinished { return }
      }
      if pause == .ended {
        throw PostgresError(
          .connectionLost, "the server has ended the stream: it is shutting down",
          operation: "reading changes")
      }
      while let relation = assembler.undefined.first {
        do {
          let layout = try await resolver.layout(
            of: relation, previous: assembler.layout(of: relation.oid),
            definition: assembler.definitions[relation.oid])
          assembler.define(relation, as: layout)
        } catch { try assembler.postpone(relation, because: error) }
        // What waited in the table's old shape goes before what comes in the new one.
        for event in assembler.takeEvents() { try await sink(event) }
      }
    }
  }

  /// On a stream without end: what the catalog has to say that no change may ever tell.
  private mutating func lookAround() async throws {
    assembler.pause(at: nextLook)
    guard ReplicationClock.now >= nextLook else { return }
    nextLook = ReplicationClock.now + source.options.catalogInterval.nanoseconds
    assembler.pause(at: nextLook)
    let known = assembler.shapes
    let held = resolver.held?.map { table in
      HeldTable(schema: known[table.schema.name] ?? table.schema, position: table.position)
    }
    var survey = try await source.withConnection { try await source.survey(held, on: $0) }
    if !survey.unsynced.isEmpty { throw UnsyncedTables(survey.unsynced) }
    survey.removed.removeAll(where: removed.contains)
    removed.formUnion(survey.removed)
    assembler.tell(survey)
  }

  private mutating func handOver() async throws {
    let events = assembler.takeEvents()
    if events.contains(where: { if case .boundary = $0 { true } else { false } }) {
      // Before the package is whole: what a new definition did to rows is not in it.
      try await resolver.verify(assembler.takeSuspects())
    }
    for event in events { try await sink(event) }
  }

  /// The log may end in the middle of a record that an open transaction is writing: the server then never says that it
  /// has sent everything up to there. Twice in a row it must have been found waiting for log, and silent: nothing has
  /// come in between, not even a part of a transaction that it streams, and nothing is on its way.
  private mutating func isCaughtUp(_ stream: ReplicationStream) async throws -> Bool {
    guard assembler.isSilent else {
      timesFoundWaiting = 0
      return false
    }
    let messages = await stream.messageCount
    defer { messagesBefore = messages }
    guard try await source.isWaitingForLog(), try await !stream.hasInput() else {
      timesFoundWaiting = 0
      return false
    }
    timesFoundWaiting = messages == messagesBefore ? timesFoundWaiting + 1 : 1
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
