import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Changes")
struct ChangesTests {
  /// A loaded replica of a new database; `body` changes the source and drains.
  private func withReplica(
    _ setup: String, resources: ResourceList = ResourceList(), settings: String = "",
    _ body: (TestDatabase, PostgresSource, Replica, LSN) async throws -> Void
  ) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(setup)
      let source = try PostgresSource(
        connection: database.connectionString + settings, pipeline: "changes_\(database.name)",
        resources: resources)
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await body(database, source, replica, position)
    }
  }

  private func expectEqual(_ table: String, _ replica: Replica, _ source: PostgresSource) async throws {
    let expected = Replica()
    _ = try await source.load(into: expected, restart: false)
    #expect(replica.table(table) == expected.table(table))
  }

  @Test("Inserts, updates and deletes arrive in order, each with its position and its transaction")
  func operations() async throws {
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY, v text, n numeric(8,2))") {
      database, source, replica, position in
      try await database.psql(
        """
        BEGIN; INSERT INTO t VALUES (1, 'a', 1.5), (2, 'b', NULL); UPDATE t SET v = 'c' WHERE id = 1; COMMIT;
        BEGIN; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, NULL, 9); COMMIT;
        """)
      try await source.drain(into: replica, from: position)
      #expect(replica.batches.count == 1)
      let batch = try #require(replica.batches.first)
      #expect(batch.operations == [.insert, .insert, .update, .delete, .insert])
      #expect(batch.positions == batch.positions.sorted())
      #expect(batch.transactions.map(\.firstRow) == [0, 3])
      #expect(batch.transactions[0].commitLSN < batch.transactions[1].commitLSN)
      #expect(batch.transactions[0].xid != batch.transactions[1].xid)
      #expect(batch.positions.allSatisfy { $0 > position })
      #expect(batch.rows.columns[2].value(at: 0) == .integer(150))
      #expect(batch.rows.columns[1].value(at: 3) == .null)
      #expect(replica.boundaries.count >= 1)
      try await expectEqual("t", replica, source)
    }
  }

  @Test("A changed key is a delete of the old and an update under the new", arguments: ["DEFAULT", "FULL"])
  func keyChange(_ identity: String) async throws {
    try await withReplica(
      "CREATE TABLE t (a int, b text, v text, PRIMARY KEY (b, a)); ALTER TABLE t REPLICA IDENTITY \(identity);"
        + "ALTER TABLE t ALTER v SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 'x', repeat('v', 9000)), (2, 'y', 'w')"
    ) { database, source, replica, position in
      try await database.psql("UPDATE t SET a = 10 WHERE a = 1; UPDATE t SET b = 'z' WHERE b = 'y'")
      try await source.drain(into: replica, from: position)
      let batch = try #require(replica.batches.first)
      #expect(batch.operations == [.deleteOldKey, .update, .deleteOldKey, .update])
      #expect(batch.hasUnchangedValues == (identity == "DEFAULT"))
      #expect(batch.oldKeyRows == (identity == "DEFAULT" ? [1: 0] : [:]))
      try await expectEqual("t", replica, source)
    }
  }

  @Test("A hinted key that had no value is another key once it has one")
  func keyFromNull() async throws {
    try await withReplica(
      "CREATE TABLE t (code text UNIQUE, v int); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (NULL, 1), ('b', 2)",
      resources: ResourceList([Resource("t", hints: ResourceHints(primaryKey: ["code"]))])
    ) { database, source, replica, position in
      try await database.psql("UPDATE t SET code = 'a' WHERE v = 1; UPDATE t SET v = 3 WHERE code = 'b'")
      try await source.drain(into: replica, from: position)
      #expect(replica.batches.first?.operations == [.deleteOldKey, .update, .update])
      try await expectEqual("t", replica, source)
    }
  }

  @Test(
    "An unchanged TOAST value is marked, or taken from the old row where there is one",
    arguments: ["DEFAULT", "FULL"])
  func unchangedToast(_ identity: String) async throws {
    try await withReplica(
      "CREATE TABLE t (id int PRIMARY KEY, v text, n int); ALTER TABLE t ALTER v SET STORAGE EXTERNAL;"
        + "ALTER TABLE t REPLICA IDENTITY \(identity); INSERT INTO t VALUES (1, repeat('v', 9000), 1)"
    ) { database, source, replica, position in
      try await database.psql(
        "UPDATE t SET n = 2; UPDATE t SET n = NULL; UPDATE t SET v = NULL; UPDATE t SET n = 5")
      try await source.drain(into: replica, from: position)
      let batch = try #require(replica.batches.first)
      #expect(batch.operations == [.update, .update, .update, .update])
      #expect(batch.hasUnchangedValues == (identity == "DEFAULT"))
      if identity == "DEFAULT" { #expect(batch.unchanged == [[], [0, 1], []]) }
      try await expectEqual("t", replica, source)
    }
  }

  @Test("A key that is itself a TOAST value is carried by updates that leave it alone")
  func toastedKey() async throws {
    try await withReplica(
      "CREATE TABLE t (id text PRIMARY KEY, n int); ALTER TABLE t ALTER id SET STORAGE EXTERNAL;"
        + "INSERT INTO t VALUES (repeat('k', 2500), 1)"
    ) { database, source, replica, position in
      try await database.psql("UPDATE t SET n = 2; UPDATE t SET id = repeat('j', 2500)")
      try await source.drain(into: replica, from: position)
      let batch = try #require(replica.batches.first)
      #expect(batch.operations == [.update, .deleteOldKey, .update])
      #expect(!batch.hasUnchangedValues)
      try await expectEqual("t", replica, source)
    }
  }

  @Test("Deletes with REPLICA IDENTITY FULL carry the whole row; tables without a key have none")
  func fullIdentity() async throws {
    try await withReplica(
      "CREATE TABLE k (id int PRIMARY KEY, v text); ALTER TABLE k REPLICA IDENTITY FULL; INSERT INTO k VALUES (1, 'x');"
        + "CREATE TABLE nk (v text); ALTER TABLE nk REPLICA IDENTITY FULL; INSERT INTO nk VALUES ('y');"
        + "CREATE TABLE plain (v text); INSERT INTO plain VALUES ('p')"
    ) { database, source, replica, position in
      // Without identity, the table is published with inserts alone, and updates must go on working in the source.
      try await database.psql(
        "DELETE FROM k; DELETE FROM nk; UPDATE plain SET v = 'q'; DELETE FROM plain; INSERT INTO plain VALUES ('r')"
      )
      try await source.drain(into: replica, from: position)
      let batches = Dictionary(uniqueKeysWithValues: replica.batches.map { ($0.table.name.name, $0) })
      #expect(batches["k"]?.rows.named(0) == ["id": .integer(1), "v": text("x")])
      #expect(batches["k"]?.table.key == [0])
      #expect(batches["nk"]?.rows.named(0) == ["v": text("y")])
      #expect(batches["nk"]?.table.hasKey == false)
      #expect(batches["plain"]?.operations == [.insert])
    }
  }

  @Test("A truncation comes between the changes before and after it")
  func truncation() async throws {
    try await withReplica(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a); INSERT INTO a VALUES (1)"
    ) { database, source, replica, position in
      try await database.psql("INSERT INTO a VALUES (2); TRUNCATE a, b; INSERT INTO a VALUES (3)")
      try await source.drain(into: replica, from: position)
      let kinds = replica.events.map { event in
        switch event {
        case .changes(let batch): "changes \(batch.rowCount)"
        case .truncate(let truncation):
          "truncate " + truncation.tables.map(\.name.name).sorted().joined(separator: ",")
        case .boundary: "boundary"
        }
      }
      #expect(kinds.prefix(4) == ["changes 1", "truncate a,b", "changes 1", "boundary"])
      try await expectEqual("a", replica, source)
    }
  }

  @Test("Columns that come and go begin a new shape at their place in the log")
  func schemaChange() async throws {
    try await withReplica(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b int); INSERT INTO t VALUES (1, 'x', 1)"
    ) {
      database, source, replica, position in
      try await database.psql(
        """
        INSERT INTO t VALUES (2, 'y', 2);
        ALTER TABLE t ADD COLUMN c numeric(6,2);
        INSERT INTO t VALUES (3, 'z', 3, 1.25);
        ALTER TABLE t DROP COLUMN b;
        INSERT INTO t VALUES (4, 'w', 2.5);
        ALTER TABLE t ADD COLUMN d point;
        INSERT INTO t VALUES (5, 'v', 3.5, '(1,2)');
        """)
      var reached = position
      // The type of the last column has no binary form here: the stream asks to be started again.
      do { reached = try await source.drain(into: replica, from: position) } catch let error as CDCError
        where error.isRetryable
      { reached = try await source.drain(into: replica, from: replica.boundaries.last?.position ?? position) }
      #expect(reached > position)
      let shapes = replica.batches.map { $0.table.columns.map(\.name).joined() }
      #expect(Array(Set(shapes)).sorted() == ["idab", "idabc", "idac", "idacd"])
      #expect(replica.table("t")[[.integer(3)]]?["c"] == .integer(125))
      #expect(replica.table("t")[[.integer(4)]] == ["id": .integer(4), "a": text("w"), "c": .integer(250)])
      #expect(replica.table("t")[[.integer(5)]]?["d"] == text("(1,2)"))
      #expect(replica.batches.allSatisfy { $0.table.key == [0] })
    }
  }

  @Test("A transaction larger than the limits spans batches and has one boundary")
  func largeTransaction() async throws {
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY, v text)") {
      database, source, replica, position in
      try await database.psql("INSERT INTO t SELECT i, 'v' FROM generate_series(1, 20000) i")
      try await source.drain(into: replica, from: position, limits: BatchLimits(rows: 2000))
      #expect(replica.batches.count > 4)
      #expect(replica.batches.allSatisfy { $0.rowCount <= 3000 })
      #expect(Set(replica.batches.flatMap(\.transactions).map(\.commitLSN)).count == 1)
      let kinds = replica.events.map { if case .boundary = $0 { true } else { false } }
      #expect(kinds.firstIndex(of: true) == replica.batches.count)
      #expect(replica.table("t").count == 20_000)
    }
  }

  @Test("Small transactions share a batch, and each limit in rows makes a boundary")
  func batching() async throws {
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY)") { database, source, replica, position in
      try await database.psql(
        "DO $$ BEGIN FOR i IN 1..100 LOOP INSERT INTO t SELECT i * 10 + j FROM generate_series(0, 9) j; COMMIT; END LOOP; END $$"
      )
      try await source.drain(into: replica, from: position, limits: BatchLimits(rows: 250))
      #expect(replica.batches.map(\.rowCount) == [250, 250, 250, 250])
      #expect(replica.batches.allSatisfy { $0.transactions.count == 25 })
      try await expectEqual("t", replica, source)
    }
  }

  @Test("A package that one transaction fills ends with it", arguments: [1, 100])
  func fullPackage(_ limit: Int) async throws {
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY)") { database, source, replica, position in
      try await database.psql(
        "INSERT INTO t SELECT generate_series(1, 1000); INSERT INTO t VALUES (2000); INSERT INTO t VALUES (3000)"
      )
      try await source.drain(into: replica, from: position, limits: BatchLimits(rows: limit))
      var rows = 0
      var ends: [Int] = []
      for event in replica.events {
        switch event {
        case .changes(let batch): rows += batch.rowCount
        // Where the reading ends there may be one more.
        case .boundary: if ends.last != rows { ends.append(rows) }
        case .truncate: break
        }
      }
      #expect(ends == (limit == 1 ? [1000, 1001, 1002] : [1000, 1002]))
    }
  }

  @Test("What was rolled back does not come, streamed in progress or not", arguments: [true, false])
  func rollback(_ isLarge: Bool) async throws {
    let rows = isLarge ? 5000 : 100
    // With so little memory the server streams the large transaction before it ends.
    let settings = "?options=-c%20logical_decoding_work_mem%3D64kB"
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY, v text)", settings: settings) {
      database, source, replica, position in
      try await database.psql(
        """
        BEGIN;
        INSERT INTO t SELECT i, repeat('a', 50) FROM generate_series(1, \(rows)) i;
        SAVEPOINT s;
        INSERT INTO t SELECT i, repeat('b', 50) FROM generate_series(\(rows + 1), \(2 * rows)) i;
        ROLLBACK TO SAVEPOINT s;
        INSERT INTO t VALUES (0, 'last');
        COMMIT;
        BEGIN; INSERT INTO t VALUES (-1, 'never'); ROLLBACK;
        """)
      try await source.drain(into: replica, from: position)
      let streamed = try await database.psql(
        "SELECT stream_txns > 0 FROM pg_stat_replication_slots WHERE slot_name = '\(source.slotName)'")
      // Whether a small one is depends on what else the server decodes.
      #expect(!isLarge || streamed == "t")
      #expect(replica.table("t").count == rows + 1)
      #expect(replica.table("t")[[.integer(0)]]?["v"] == text("last"))
      #expect(replica.table("t")[[.integer(Int128(rows + 1))]] == nil)
      try await expectEqual("t", replica, source)
    }
  }

  @Test("Partitions come as changes of their root, tables of no resource not at all")
  func partitionsAndOthers() async throws {
    try await withReplica(
      """
      CREATE TABLE p (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE TABLE other (id int PRIMARY KEY);
      """, resources: ResourceList([Resource("public.p")])
    ) { database, source, replica, position in
      try await database.psql(
        "INSERT INTO other VALUES (1); INSERT INTO p VALUES (1, '2024-05-05'); UPDATE p SET at = '2025-05-05'"
      )
      try await source.drain(into: replica, from: position)
      #expect(Set(replica.batches.map(\.table.name.name)) == ["p"])
      try await expectEqual("p", replica, source)
    }
  }

  @Test("Values come in text form where a column has no binary one, and are the same")
  func textForm() async throws {
    let columns =
      "id int PRIMARY KEY, n numeric(10,3), f float8, d date, ts timestamptz, b bytea, a int[], i interval, bo bool"
    let values =
      "1, -12.5, 0.1, '2024-02-29', '2024-02-29 12:00:00.25+02', '\\x00ff', '{1,NULL}', '1 day -2:03', true"
    try await withReplica("CREATE TABLE t (\(columns), extra point); CREATE TABLE u (\(columns))") {
      database, source, replica, position in
      try await database.psql("INSERT INTO t VALUES (\(values), '(1,2)'); INSERT INTO u VALUES (\(values))")
      try await source.drain(into: replica, from: position)
      var row = try #require(replica.table("t")[[.integer(1)]])
      row["extra"] = nil
      #expect(replica.table("u")[[.integer(1)]] == row)
      try await expectEqual("t", replica, source)
      try await expectEqual("u", replica, source)
    }
  }

  @Test("A change waits no longer than the delay")
  func delay() async throws {
    try await withReplica("CREATE TABLE t (id int PRIMARY KEY)") { database, source, replica, position in
      let reader = Task {
        try await source.changes(
          from: position, limits: BatchLimits(delay: .milliseconds(200)), until: .never
        ) { replica.apply($0) }
      }
      try await database.psql("INSERT INTO t VALUES (1)")
      _ = try await eventually(within: .seconds(60)) { !replica.boundaries.isEmpty }
      #expect(replica.boundaries.count == 1)
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
    }
  }

  @Test("A drain ends also where an open transaction has left half a record in the log")
  func halfARecord() async throws {
    let server = try await PostgresServer.start()
    try await server.withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
      let source = try PostgresSource(connection: database.connectionString, pipeline: "half")
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t VALUES (1, 'committed')")
      let open = Task {
        try await database.psql(
          """
          BEGIN; INSERT INTO t SELECT i, repeat(md5(i::text), 20) FROM generate_series(2, 500) i;
          SELECT pg_sleep(600); COMMIT
          """)
      }
      try await Task.sleep(for: .seconds(2))
      let start = ContinuousClock.now
      try await source.drain(into: replica, from: position)
      #expect(.now - start < .seconds(60))
      #expect(replica.table("t").count == 1)
      // psql itself would wait on.
      try await server.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        database: "postgres")
      _ = await open.result
    }
  }

  @Test("Confirming advances the slot, also at boundaries that come while nothing is published")
  func confirmation() async throws {
    try await withReplica(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE o (id int)", resources: ResourceList([Resource("t")])
    ) {
      database, source, replica, position in
      try await database.psql("INSERT INTO t VALUES (1)")
      let reached = try await source.drain(into: replica, from: position)
      let confirmed = try await source.status()?.confirmedPosition ?? .zero
      let reader = Task {
        try await source.changes(from: reached, limits: BatchLimits(idleBytes: 1), until: .never) {
          if case .boundary(let boundary) = $0 { source.confirm(boundary.position) }
        }
      }
      try await database.psql("INSERT INTO o SELECT generate_series(1, 1000)")
      let target = try await source.currentPosition()
      var state = try await source.status()
      let start = ContinuousClock.now
      while state?.confirmedPosition ?? .zero < target, .now - start < .seconds(60) {
        try await Task.sleep(for: .milliseconds(50))
        state = try await source.status()
      }
      #expect(state?.confirmedPosition ?? .zero >= target)
      #expect(state?.isActive == true)
      #expect(state?.appliedPosition ?? .zero >= target)
      #expect(confirmed <= target)
      reader.cancel()
      _ = await reader.result
    }
  }
}
