import PGWire
import TestSupport
import Testing

@Suite struct ReplicationStreamTests {
  @Test func changesComeInCommitOrder() async throws {
    try await ReplicatedDatabase.with { source in
      try await source.database.psql(
        """
        INSERT INTO t VALUES (1, 'one'); UPDATE t SET name = 'eins'; UPDATE t SET id = 2; DELETE FROM t;
        TRUNCATE t
        """)
      let handler = try await source.drain()
      #expect(String(handler.messages.map(\.letter)) == "BRICBUCBUCBDCBRTC")
      guard case .begin(let begin) = handler.messages[0], case .commit(let commit) = handler.messages[3]
      else {
        Issue.record("not a transaction: \(handler.messages.prefix(4))")
        return
      }
      #expect(begin.finalLSN == commit.commitLSN)
      #expect(begin.commitTime == commit.commitTime)
      #expect(commit.endLSN > commit.commitLSN)
    }
  }

  @Test func aSilentStreamIsLeftWithItsCancellation() async throws {
    try await ReplicatedDatabase.with { source in
      let settings = source.settings
      var silent = source.options
      silent.statusInterval = .seconds(600)
      let options = silent
      let reading = Task {
        try await ReplicationStream.with(settings, options) { stream in
          var handler = RecordingHandler()
          while try await stream.receive(into: &handler) == .paused {}
        }
      }
      try await Task.sleep(for: .milliseconds(700))
      let elapsed = await ContinuousClock().measure {
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
      }
      // The server would be silent for 30 s.
      #expect(elapsed < .seconds(20))
      // The slot is free again at once.
      #expect(try await source.connection.replicationSlot(source.slot)?.isActive == false)
    }
  }

  @Test func confirmedPositionsReachTheSlotAtOnceAndAreNotSentAgain() async throws {
    try await ReplicatedDatabase.with { source in
      try await source.database.psql("INSERT INTO t VALUES (1), (2)")
      let options = source.options
      try await ReplicationStream.with(source.settings, options) { stream in
        var handler = RecordingHandler()
        handler.commitsToPause = 1
        _ = try await stream.receive(into: &handler)
        let end = try #require(handler.pendingPosition)
        #expect(try await source.confirmedFlush() < end)
        stream.confirm(end)
        #expect(try await eventually { try await source.confirmedFlush() >= end })
      }
      try await source.database.psql("INSERT INTO t VALUES (3)")
      #expect(try await source.drain().inserted == ["3"])
    }
  }

  @Test func whatWasNotConfirmedComesAgain() async throws {
    try await ReplicatedDatabase.with { source in
      try await source.database.psql("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)")
      #expect(try await source.drain().inserted == ["1", "2"])
      #expect(try await source.drain().inserted == ["1", "2"])
    }
  }

  @Test func theConnectionLivesWhileTheConsumerTakesLongerThanTheServersTimeout() async throws {
    let server = try await PostgresServer.start(settings: ["wal_sender_timeout": "1s"])
    try await ReplicatedDatabase.with(server: server) { source in
      // More than the sockets' buffers hold, so that the walsender is stuck in a write meanwhile.
      try await source.database.psql(
        "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i; INSERT INTO t VALUES (0)"
      )
      let end = try await source.walPosition()
      try await ReplicationStream.with(source.settings, source.options) { stream in
        var handler = SlowCounter()
        let first = try await stream.receive(into: &handler)
        #expect(first == .paused)
        try await Task.sleep(for: .seconds(4))
        handler.pauseAt = nil
        handler.until = end
        let second = try await stream.receive(into: &handler)
        #expect(second == .paused)
        #expect(handler.inserts == 20001)
      }
    }
  }

  /// The slot stays: only who keeps the checkpoint knows what was recorded. PostgreSQL 14 sends transactions of which nothing is
  /// published too, without their changes: they wait like others.
  @Test func anIdleStreamSaysThatNothingWaits() async throws {
    let server = try await PostgresServer.start(settings: ["wal_sender_timeout": "2s"])
    try await ReplicatedDatabase.with(
      server: server, setup: "CREATE TABLE t (id int); CREATE SCHEMA o; CREATE TABLE o.unpublished (id int)"
    ) {
      source in
      guard try await server.major >= 15 else {
        try await source.database.psql("INSERT INTO o.unpublished SELECT generate_series(1, 1000)")
        #expect(String(try await source.drain().messages.map(\.letter)) == "BC")
        return
      }
      let (settings, options) = (source.settings, source.options)
      let before = try await source.confirmedFlush()
      let reading = Task {
        try await ReplicationStream.with(settings, options) { stream in
          var handler = RecordingHandler()
          while try await stream.receive(into: &handler) == .paused {}
        }
      }
      defer { reading.cancel() }
      try await source.database.psql("INSERT INTO o.unpublished SELECT generate_series(1, 1000)")
      let position = try await source.walPosition()
      #expect(
        try await eventually {
          try await source.database.psql(
            "SELECT replay_lsn >= '\(position)' FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid "
              + "WHERE slot_name = '\(source.slot)'") == "t"
        })
      #expect(try await source.confirmedFlush() == before)
    }
  }

  @Test func anUndurableTransactionHoldsTheSlotBackOnAnIdleStream() async throws {
    let server = try await PostgresServer.start(settings: ["wal_sender_timeout": "1s"])
    try await ReplicatedDatabase.with(server: server) { source in
      try await source.database.psql("INSERT INTO t VALUES (1)")
      let (settings, options) = (source.settings, source.options)
      let before = try await source.confirmedFlush()
      let reading = Task {
        try await ReplicationStream.with(settings, options) { stream in
          var handler = RecordingHandler()
          while try await stream.receive(into: &handler) == .paused {}
        }
      }
      defer { reading.cancel() }
      try await Task.sleep(for: .seconds(3))
      #expect(try await source.confirmedFlush() == before)
    }
  }

  @Test func aSlotInUseSaysSo() async throws {
    try await ReplicatedDatabase.with { source in
      try await ReplicationStream.with(source.settings, source.options) { _ in
        let error = await #expect(throws: PostgresError.self) {
          try await ReplicationStream.with(source.settings, source.options) { _ in }
        }
        #expect(error?.isObjectInUse == true)
        #expect(error?.isRetryable == true)
      }
    }
  }

  @Test func aServerThatStopsEndsTheStreamAsRetryable() async throws {
    let server = try await PostgresServer.start()
    try await server.psql(
      "CREATE TABLE t (id int); CREATE PUBLICATION pub FOR ALL TABLES", database: "postgres")
    let connection = try await PostgresConnection.connectForReplication(
      ConnectionSettings(server.connectionString()))
    _ = try await connection.createLogicalSlot("s")
    let reading = Task {
      try await ReplicationStream.with(
        connection.settings, ReplicationOptions(slot: "s", publications: ["pub"])
      ) {
        stream in
        var handler = RecordingHandler()
        while try await stream.receive(into: &handler) != .ended {}
      }
    }
    try await Task.sleep(for: .milliseconds(500))
    try await server.crash()
    let error = await #expect(throws: PostgresError.self) { try await reading.value }
    #expect(error?.isRetryable == true)
  }

  /// A process that is stopped leaves its connection as it is, like a network that loses every packet.
  @Test(arguments: [(true, false), (false, true)])
  func aServerThatFallsSilentIsNoticed(isPaused: Bool, overTLS: Bool) async throws {
    let server = try await PostgresServer.start()
    if overTLS { try await server.offerTLS() }
    try await ReplicatedDatabase.with(server: server) { source in
      #expect(await source.connection.usesTLS == overTLS)
      var options = source.options
      options.serverTimeout = .seconds(1)
      try await ReplicationStream.with(source.settings, options) { stream in
        var handler = RecordingHandler()
        handler.deadline = ReplicationClock.now + 100_000_000
        _ = try await stream.receive(into: &handler)
        let process = try await source.database.psql("SELECT active_pid FROM pg_replication_slots")
        try await source.database.psql("COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; kill -STOP \(process)'")
        let error = await #expect(throws: PostgresError.self) {
          // A minute in all.
          for _ in 0..<(isPaused ? 240 : 1) {
            handler.deadline = ReplicationClock.now + (isPaused ? 250_000_000 : 60_000_000_000)
            _ = try await stream.receive(into: &handler)
          }
        }
        try await source.database.psql("COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; kill -CONT \(process)'")
        #expect(error?.code == .connectionLost, "\(String(describing: error))")
      }
    }
  }

  @Test func theHandlersDeadlineIsKeptOnASilentStream() async throws {
    try await ReplicatedDatabase.with { source in
      try await ReplicationStream.with(source.settings, source.options) { stream in
        var handler = RecordingHandler()
        handler.deadline = ReplicationClock.now + 300_000_000
        let start = ContinuousClock.now
        let pause = try await stream.receive(into: &handler)
        let elapsed = ContinuousClock.now - start
        #expect(pause == .paused)
        #expect(elapsed > .milliseconds(250) && elapsed < .seconds(20))
      }
    }
  }

  @Test func logicalMessagesComeWhenAskedFor() async throws {
    try await ReplicatedDatabase.with { source in
      try await source.database.psql("SELECT pg_logical_emit_message(true, 'cdc', 'hello')")
      var options = source.options
      options.includesMessages = true
      let handler = try await source.drain(options)
      guard case .message(let message, let content) = handler.messages.dropFirst().first else {
        Issue.record("no message: \(handler.messages)")
        return
      }
      #expect(message.prefix == "cdc")
      #expect(message.isTransactional)
      #expect(String(decoding: content, as: UTF8.self) == "hello")
    }
  }

  @Test func binaryValuesComeWhenAskedFor() async throws {
    try await ReplicatedDatabase.with { source in
      try await source.database.psql("INSERT INTO t VALUES (258, 'x')")
      var options = source.options
      options.isBinary = true
      let handler = try await source.drain(options)
      guard case .insert(_, _, let cells) = handler.messages.first(where: { $0.letter == "I" }) else {
        Issue.record("no insert: \(handler.messages)")
        return
      }
      #expect(cells == [.binary([0, 0, 1, 2]), .binary([0x78])])
    }
  }
}

extension PostgresServer {
  /// Has the server make itself a certificate; connections that may then speak TLS.
  fileprivate func offerTLS() async throws {
    let command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout server.key -out server.crt"
    try await psql(
      "COPY (SELECT 1) TO PROGRAM '\(command) 2>/dev/null && chmod 600 server.key'", database: "postgres")
    try await psql("ALTER SYSTEM SET ssl = on", database: "postgres")
    try await psql("SELECT pg_reload_conf(), pg_sleep(0.5)", database: "postgres")
  }
}

private struct SlowCounter: ReplicationHandler {
  var inserts = 0
  var pauseAt: Int? = 10
  var until = LogSequenceNumber(.max)
  var pendingPosition: LogSequenceNumber?

  mutating func receive(_ message: RawSpan, at position: LogSequenceNumber) throws -> ReplicationSignal {
    if try message.peekUInt8(at: 0) == MessageType.insert.rawValue { inserts += 1 }
    return inserts == pauseAt ? .pause : .next
  }

  mutating func keepalive(walEnd: LogSequenceNumber) throws -> ReplicationSignal {
    walEnd >= until ? .pause : .next
  }
}
