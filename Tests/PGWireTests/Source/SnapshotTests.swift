import CDCCore
import Synchronization
import TestSupport
import Testing

@testable import PGWire

@Suite("Snapshots")
struct SnapshotTests {
  private func withDatabase(_ body: (TestDatabase) async throws -> Void) async throws {
    try await PostgresServer.shared().withDatabase(body)
  }

  @Test("A snapshot whose connection the server has ended asks for another")
  func lostSnapshot() async throws {
    try await withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "lost_\(database.name)")
      let snapshot = try await source.snapshot(restart: true)
      let holders = "FROM pg_stat_activity WHERE backend_type = 'walsender' AND datname = '\(database.name)'"
      #expect(try await database.psql("SELECT pg_terminate_backend(pid, 20000) \(holders)") == "t")
      await #expect {
        try await snapshot.read(readers: 1, limits: BatchLimits()) { _ in }
      } throws: { error in
        (error as? CDCError)?.code == .snapshotOutdated && (error as? CDCError)?.isRetryable == true
      }
      await snapshot.close()
    }
  }

  @Test("A snapshot outlives the limits on idle and long transactions that the database sets")
  func sessionLimits() async throws {
    try await withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      var limits = ["idle_in_transaction_session_timeout"]
      if try await database.server.major >= 17 { limits.append("transaction_timeout") }
      for limit in limits {
        try await database.psql("ALTER DATABASE \(database.name) SET \(limit) = '2s'")
      }
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "limits_\(database.name)")
      let snapshot = try await source.snapshot(restart: true)
      try await Task.sleep(for: .seconds(3))
      let rows = Mutex(0)
      try await snapshot.read(readers: 1, limits: BatchLimits()) { event in
        if case .rows(_, let batch) = event { rows.withLock { $0 += batch.rowCount } }
      }
      await snapshot.close()
      #expect(rows.withLock(\.self) == 1)
    }
  }

  @Test("Every row of every table is read once, over many ranges and readers")
  func everyRowOnce() async throws {
    try await withDatabase { database in
      try await database.psql(
        """
        CREATE TABLE big (id int PRIMARY KEY, filler text);
        INSERT INTO big SELECT i, repeat('x', 200) FROM generate_series(1, 150000) i;
        DELETE FROM big WHERE id % 7 = 0;
        CREATE TABLE empty (id int PRIMARY KEY);
        CREATE TABLE "Odd ""Name" ("a b" int PRIMARY KEY, "SELECT" text);
        INSERT INTO "Odd ""Name" VALUES (1, 'x');
        CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE parted_2 (note int, at date NOT NULL, id int NOT NULL);
        ALTER TABLE parted_2 DROP COLUMN note;
        ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        INSERT INTO parted SELECT i, date '2024-01-01' + i FROM generate_series(0, 700) i;
        """)
      let source = try PostgresSource(connection: database.connectionString, pipeline: "everyrow")
      let snapshot = try await source.snapshot(restart: true)
      #expect(snapshot.tables.map(\.name.name) == ["Odd \"Name", "big", "empty", "parted"])
      let seen = Mutex<(ids: [Int: [Value]], finished: [Int], late: Bool, most: Int)>(([:], [], false, 0))
      try await snapshot.read(readers: 3, limits: BatchLimits(rows: 10_000)) { event in
        seen.withLock { seen in
          switch event {
          case .rows(let table, let batch):
            if seen.finished.contains(table) { seen.late = true }
            seen.most = max(seen.most, batch.rowCount)
            let key = batch.table.key[0]
            seen.ids[table, default: []] += (0..<batch.rowCount).map { batch.columns[key].value(at: $0) }
          case .refused: break
          case .finished(let table): seen.finished.append(table)
          }
        }
      }
      await snapshot.close()
      let (ids, finished, late, most) = seen.withLock { ($0.ids, $0.finished, $0.late, $0.most) }
      #expect(finished.sorted() == [0, 1, 2, 3])
      #expect(!late)
      #expect(most == 10_000)
      let expected = (1...150_000).filter { $0 % 7 != 0 }.map { Value.integer(Int128($0)) }
      #expect(ids[1]?.count == expected.count)
      #expect(Set(ids[1] ?? []) == Set(expected))
      #expect(ids[0] == [.integer(1)])
      #expect(ids[2] == nil)
      #expect(Set(ids[3] ?? []) == Set((0...700).map { Value.integer($0) }))
    }
  }

  @Test(
    "The schema says types, keys, nullability and comments; left-out columns are not there, generated ones from PostgreSQL 18 on"
  )
  func schema() async throws {
    try await withDatabase { database in
      try await database.psql(
        """
        CREATE TABLE t (a int, b numeric(12,2) NOT NULL, c text, d int GENERATED ALWAYS AS (a * 2) STORED, e money,
          f numeric, secret text, PRIMARY KEY (c, a));
        COMMENT ON TABLE t IS 'Things'; COMMENT ON COLUMN t.b IS 'Price';
        CREATE TABLE no_key (a int);
        CREATE TABLE full_row (a int PRIMARY KEY, b int); ALTER TABLE full_row REPLICA IDENTITY FULL;
        CREATE TABLE by_index (a int PRIMARY KEY, b int NOT NULL UNIQUE);
        ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_b_key;
        INSERT INTO t (a, b, c, e, f) VALUES (1, 2.5, 'x', 3, 4.25);
        """)
      let hints = ResourceHints(columns: [
        "secret": ColumnHint(isIncluded: false), "f": ColumnHint(type: .decimal(precision: 20, scale: 4)),
      ])
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "schema",
        resources: ResourceList([Resource("public.t", hints: hints), Resource("public.*")]))
      let snapshot = try await source.snapshot(restart: true)
      let table = try #require(snapshot.tables.first { $0.name.name == "t" })
      let isGeneratedPublished = try await database.server.major >= 18
      #expect(
        table.columns.map(\.name) == ["a", "b", "c"] + (isGeneratedPublished ? ["d"] : []) + ["e", "f"])
      #expect(
        table.columns.filter { $0.name != "d" }.map(\.type) == [
          .int, .decimal(precision: 12, scale: 2), .string, .decimal(precision: 19, scale: 2),
          .decimal(precision: 20, scale: 4),
        ])
      #expect(
        table.columns.filter { $0.name != "d" }.map(\.isNullable) == [false, false, false, true, true])
      #expect(table.columns[1].sourceType == "numeric(12,2)")
      #expect(table.columns[1].comment == "Price")
      #expect(table.comment == "Things")
      #expect(table.key == [2, 0])
      #expect(snapshot.tables.first { $0.name.name == "no_key" }?.key == [])
      #expect(snapshot.tables.first { $0.name.name == "full_row" }?.key == [0])
      #expect(snapshot.tables.first { $0.name.name == "by_index" }?.key == [1])
      let replica = Replica()
      try await snapshot.read(readers: 1, limits: BatchLimits()) { event in
        if case .rows(_, let batch) = event { replica.load(batch) }
      }
      await snapshot.close()
      let row = replica.table("t").values.first
      #expect(row?["e"] == .integer(300))
      #expect(row?["f"] == .integer(42_500))
    }
  }

  @Test("A snapshot and the changes after it make the source's rows, while writers never stop")
  func noGapAndNoOverlap() async throws {
    try await withDatabase { database in
      try await database.psql(
        """
        CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL, note text);
        INSERT INTO account SELECT i, 100, repeat('n', 300) FROM generate_series(1, 2000) i;
        """)
      let source = try PostgresSource(connection: database.connectionString, pipeline: "nogap")
      let writers = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<3 {
            group.addTask {
              try await database.psql(
                """
                DO $$ DECLARE a int; b int; BEGIN
                  FOR i IN 1..1500 LOOP
                    a := 1 + floor(random() * 2000); b := 1 + floor(random() * 2000);
                    UPDATE account SET balance = balance - 1 WHERE id = least(a, b);
                    UPDATE account SET balance = balance + 1 WHERE id = greatest(a, b);
                    IF i % 50 = 0 THEN
                      DELETE FROM account WHERE id = 3000 + i; INSERT INTO account VALUES (3000 + i, 0)
                        ON CONFLICT DO NOTHING;
                    END IF;
                    COMMIT;
                  END LOOP;
                END $$
                """)
            }
          }
          try await group.waitForAll()
        }
      }
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      let sum = replica.table("account").values.reduce(Int128(0)) { sum, row in
        if case .integer(let balance)? = row["balance"] { sum + balance } else { sum }
      }
      #expect(sum == 200_000)
      var reached = try await source.drain(into: replica, from: position, limits: BatchLimits(rows: 500))
      // A second snapshot while the slot stays: with what follows it, it comes to the same rows.
      let second = Replica()
      let secondPosition = try await source.load(into: second, restart: false)
      try await writers.value
      reached = try await source.drain(into: replica, from: reached)
      let expected = Replica()
      _ = try await source.load(into: expected, restart: false)
      #expect(replica.table("account") == expected.table("account"))
      #expect(secondPosition >= position)
      #expect(second.table("account").count >= 2000)
    }
  }

  @Test("Values that a column cannot hold stop the load, or become null and are counted")
  func contracts() async throws {
    try await withDatabase { database in
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, d date NOT NULL); INSERT INTO t VALUES (1, 'infinity'), (2, '2024-01-01')"
      )
      let frozen = try PostgresSource(connection: database.connectionString, pipeline: "frozen")
      let error = await #expect(throws: CDCError.self) {
        _ = try await frozen.load(into: Replica(), restart: true)
      }
      #expect(error?.code == .valueOutOfRange)
      #expect(error?.column == "d")
      #expect(error?.table == TableName(schema: "public", name: "t"))
      let hints = ResourceHints(contract: SchemaContract(dataType: .discardValue))
      let lenient = try PostgresSource(
        connection: database.connectionString, pipeline: "lenient",
        resources: ResourceList([Resource("t", hints: hints)]))
      let replica = Replica()
      let position = try await lenient.load(into: replica, restart: true)
      #expect(replica.table("t")[[.integer(1)]]?["d"] == .null)
      try await database.psql("INSERT INTO t VALUES (3, '-infinity')")
      try await lenient.drain(into: replica, from: position)
      #expect(replica.table("t")[[.integer(3)]]?["d"] == .null)
      #expect(replica.discardedValues == 2)
    }
  }
}
