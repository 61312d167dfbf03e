/// No gap and no overlap: between full load and capture, between packages, between a crash and the next run.
import CDCCore
import TestSupport
import Testing

@Suite struct ContinuityTests {
  @Test(arguments: Place.allCases)
  func losesNothingThatIsWrittenDuringTheFullLoad(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (id bigint PRIMARY KEY, v bigint); INSERT INTO t SELECT i, 0 FROM generate_series(1, 50000) i"
      )
      let writers = (0..<2).map { Writer(run.database, number: $0) }
      try await run.pipeline().fullLoad()
      for _ in 1...(place.isSlow ? 1 : 3) { try await run.pipeline().capture() }
      for writer in writers { try await writer.stop() }
      try await run.pipeline().capture()
      #expect(try await run.database.psql("SELECT count(*) > 50000 FROM t") == "t")
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func replacesEverythingWhenLoadedAgain(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v int);
        INSERT INTO t SELECT i, 0 FROM generate_series(1, 1000) i
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("UPDATE t SET v = 1; DELETE FROM t WHERE id < 10")
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql("INSERT INTO t VALUES (5000, 5)")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  /// The run is cancelled at moments that a seed picks, over and over; what counts is what the lake holds at the end.
  @Test(arguments: [WriteDisposition.merge, .append], Place.allCases)
  func losesAndDoublesNothingWhenCancelledAnywhere(
    _ disposition: WriteDisposition, _ place: Place
  ) async throws {
    let (rounds, changes) = place.isSlow ? (4, 40) : (12, 150)
    try await withEndToEnd(place) { run in
      let resources = ResourceList([Resource("public.*", hints: ResourceHints(writeDisposition: disposition))]
      )
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v int);
        INSERT INTO t SELECT i, 0 FROM generate_series(1, 100) i
        """)
      try await run.pipeline(resources).fullLoad()
      var random = SeededGenerator(seed: 7)
      for round in 1...rounds {
        try await run.database.psql(
          """
          DO $$ BEGIN FOR i IN 1..\(changes) LOOP
            INSERT INTO t VALUES (\(round) * 1000 + i, i);
            UPDATE t SET v = v + 1 WHERE id = i;
            COMMIT;
          END LOOP; END $$
          """)
        let capture = Task { try await run.pipeline(resources, limits: BatchLimits(rows: 20)).capture() }
        let longest = place.isSlow ? 4000 : 250
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...longest, using: &random)))
        capture.cancel()
        _ = await capture.result
      }
      try await run.pipeline(resources).capture()
      if disposition == .merge {
        try await run.expectEqual("t")
      } else {
        let appended = try await run.query(
          "SELECT _cdc_op, count(*)::int, count(DISTINCT (_cdc_lsn, _cdc_sequence))::int FROM t "
            + "WHERE _cdc_op <> 'r' GROUP BY 1 ORDER BY 1", table: "t")
        let updates = rounds * min(changes, 100)
        #expect(
          appended == [
            #"["c",\#(rounds * changes),\#(rounds * changes)]"#, #"["u",\#(updates),\#(updates)]"#,
          ])
      }
    }
  }

  /// With `synchronous_commit = off` a commit is seen before its WAL is flushed, and streamed only then.
  @Test func waitsForCommitsThatAreNotYetFlushed() async throws {
    let server = try await PostgresServer.start(
      settings: ["synchronous_commit": "off", "wal_writer_delay": "1s"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      for id in 1...4 {
        try await run.database.psql("INSERT INTO t VALUES (\(id))")
        try await run.pipeline().capture()
        #expect(try await run.query("SELECT max(id) FROM t", table: "t") == ["[\(id)]"])
      }
    }
  }

  @Test func continuesAfterTheServerCrashed() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY);
        INSERT INTO t SELECT generate_series(1, 100)
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t SELECT generate_series(101, 200); CHECKPOINT")
      try await run.pipeline().capture()
      try await run.database.psql("INSERT INTO t SELECT generate_series(201, 300); CHECKPOINT")
      try await server.crash()
      try await server.start()
      try await run.database.psql("DELETE FROM t WHERE id < 50")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}

/// Changes rows as fast as one session can until it is told to stop.
struct Writer {
  private let task: Task<Void, any Error>
  private let database: TestDatabase

  init(_ database: TestDatabase, number: Int, table: String = "t") {
    self.database = database
    task = Task {
      var round = 0
      while !Task.isCancelled {
        round += 1
        try await database.psql(
          """
          DO $$ BEGIN FOR i IN 1..200 LOOP
            INSERT INTO \(table) (id, v) VALUES (1000000 * \(number + 1) + \(round) * 1000 + i, \(round));
            UPDATE \(table) SET v = v + 1 WHERE id = 1 + (random() * 49999)::int;
            DELETE FROM \(table) WHERE id = 1000000 * \(number + 1) + \(round) * 1000 + i - 100;
            COMMIT;
          END LOOP; END $$
          """)
      }
    }
  }

  func stop() async throws {
    task.cancel()
    // A statement that was cut off by the cancellation is no error of the test.
    _ = await task.result
  }
}
