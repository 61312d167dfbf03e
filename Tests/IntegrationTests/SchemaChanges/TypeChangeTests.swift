/// What becomes of older rows where a type changes: PostgreSQL prints them anew, and neither rewrites nor logs them.
import CDCCore
import TestSupport
import Testing

@Suite struct TypeChangeTests {
  /// An enum may lie under any number of other types.
  @Test func aLabelThatIsRenamedInsideAnotherTypeArrives() async throws {
    try await withEndToEnd { run in
      let types = [
        "direct": "mood", "elements": "mood[]", "domain": "some_mood", "deeper": "deep_mood",
        "over_array": "moods", "array_of_domain": "some_mood[]", "composite": "kit", "nested": "kits",
        "span": "mood_span", "spans": "mood_spans", "plain": "text",
      ]
      try await run.database.psql(
        """
        CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN some_mood AS mood; CREATE DOMAIN deep_mood AS some_mood;
        CREATE DOMAIN moods AS mood[]; CREATE TYPE kit AS (n int, m some_mood); CREATE TYPE kits AS (list kit[]);
        CREATE TYPE mood_span AS RANGE (subtype = mood, multirange_type_name = mood_spans);
        """
          + types.map { "CREATE TABLE \($0.key) (id int PRIMARY KEY, n int, v \($0.value));" }.joined()
            + """
            INSERT INTO direct VALUES (1, 0, 'glad'); INSERT INTO elements VALUES (1, 0, '{sad,glad}'); INSERT INTO domain VALUES (1, 0, 'glad');
            INSERT INTO deeper VALUES (1, 0, 'glad'); INSERT INTO over_array VALUES (1, 0, '{glad}');
            INSERT INTO array_of_domain VALUES (1, 0, '{glad}'); INSERT INTO composite VALUES (1, 0, '(1,glad)');
            INSERT INTO nested VALUES (1, 0, ROW(ARRAY[ROW(1, 'glad')::kit])); INSERT INTO span VALUES (1, 0, '[sad,glad]');
            INSERT INTO spans VALUES (1, 0, '{[sad,glad]}'); INSERT INTO plain VALUES (1, 0, 'glad');
            """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER TYPE mood ADD VALUE 'so so' BEFORE 'glad'")
      try await run.database.psql(types.keys.map { "UPDATE \($0) SET n = 1;" }.joined())
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.database.psql("ALTER TYPE mood RENAME VALUE 'glad' TO 'merry'")
      let resynced = try await run.pipeline().capture().resynced
      #expect(Set(resynced.map(\.name)) == Set(types.keys).subtracting(["plain"]))
      for name in types.keys where name != "plain" {
        let text = try await run.texts("SELECT CAST(v AS VARCHAR) FROM t", path: run.path(name)).joined()
        #expect(text.contains("merry") && !text.contains("glad"), "\(name): \(text)")
      }
      #expect(try await run.pipeline().capture().resynced.isEmpty)
    }
  }

  /// PostgreSQL shows null for the rows that are there, though the type looks as it did.
  @Test func anAttributeThatIsDroppedAndAddedAgainIsEmpty() async throws {
    try await withEndToEnd { run in
      let types = ["composite": "kit", "elements": "kit[]", "nested": "box_of_kits", "other": "pair"]
      try await run.database.psql(
        """
        CREATE TYPE kit AS (a int, b text); CREATE TYPE box_of_kits AS (k kit); CREATE TYPE pair AS (a int, b text);
        """
          + types.map { "CREATE TABLE \($0.key) (id int PRIMARY KEY, n int, v \($0.value));" }.joined()
            + """
            INSERT INTO composite VALUES (1, 0, '(1,old)'); INSERT INTO elements VALUES (1, 0, ARRAY[ROW(1, 'old')::kit]);
            INSERT INTO nested VALUES (1, 0, ROW(ROW(1, 'old')::kit)); INSERT INTO other VALUES (1, 0, '(1,old)');
            """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER TYPE kit DROP ATTRIBUTE b; ALTER TYPE kit ADD ATTRIBUTE b text")
      try await run.database.psql(types.keys.map { "UPDATE \($0) SET n = 1;" }.joined())
      let resynced = try await run.pipeline().capture().resynced
      #expect(Set(resynced.map(\.name)) == ["composite", "elements", "nested"])
      for (name, value) in [
        "composite": "v.b", "elements": "v[1].b", "nested": "v.k.b",
        "other": "CASE v.b WHEN 'old' THEN NULL ELSE 1 END",
      ] {
        let query = "SELECT count(*)::int, count(\(value))::int FROM t"
        #expect(try await run.query(query, table: name) == ["[1,0]"], "\(name)")
      }
      try await run.database.psql(types.keys.map { "UPDATE \($0) SET n = 2;" }.joined())
      #expect(try await run.pipeline().capture().resynced.isEmpty)
    }
  }

  /// Reading stops at the first value of another shape, and the next run has the table loaded.
  @Test(arguments: ["ADD ATTRIBUTE c date", "DROP ATTRIBUTE b"])
  func aCompositeThatIsAlteredWhileCapturingArrives(_ change: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TYPE pair AS (a int, b text); CREATE TABLE t (id int PRIMARY KEY, v pair, l pair[]);
        CREATE TABLE beside (id int PRIMARY KEY); INSERT INTO t VALUES (1, '(1,x)', '{"(2,y)",NULL}');
        """)
      try await run.pipeline().fullLoad()
      let capture = Task {
        try await run.pipeline(limits: BatchLimits(delay: .milliseconds(50))).capture(until: .never)
      }
      try await run.database.psql("INSERT INTO t VALUES (2, '(2,z)', '{}')")
      #expect(
        try await eventually(within: .seconds(60)) {
          try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[2]"]
        })
      try await run.database.psql(
        """
        ALTER TYPE pair \(change); INSERT INTO t SELECT 3, v, l FROM t WHERE id = 1; UPDATE t SET v = v WHERE id = 2;
        INSERT INTO beside VALUES (1)
        """)
      let error = await #expect(throws: CDCError.self) { try await capture.value }
      #expect(error?.code == .schemaContract && error?.table?.name == "t" && error?.column == "v")
      #expect(try await run.pipeline().capture().resynced.map(\.name) == ["t"])
      try await run.expectEqual("t")
      try await run.expectEqual("beside")
      try await run.database.psql(
        "INSERT INTO t SELECT 4, v, l FROM t WHERE id = 1; DELETE FROM t WHERE id = 2")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  struct Retyping: Sendable, CustomTestStringConvertible {
    var type: String
    var value: String
    var to: String
    /// Its type in the copy, where a hint gives it.
    var hint: ColumnType?
    var loads: Bool

    var testDescription: String { "\(type) to \(to)" }
  }

  /// The same type in the copy, and no row is written: only where both types print every value alike nothing is to do.
  @Test func aTypeThatPrintsOtherwiseHasTheTableLoadedAgain() async throws {
    let cases = [
      Retyping(type: "cidr", value: "192.168.1.5/32", to: "inet", loads: true),
      Retyping(type: "regproc", value: "pg_catalog.now", to: "regprocedure", loads: true),
      Retyping(
        type: "timestamp", value: "2026-01-02 03:04:05", to: "timestamptz", hint: .string, loads: true),
      Retyping(type: "varchar(10)", value: "a ", to: "varchar(20)", loads: false),
      Retyping(type: "varchar(10)", value: "a ", to: "text", loads: false),
      Retyping(type: "text", value: "a ", to: "bpchar", loads: false),
      Retyping(type: "bit(3)", value: "101", to: "varbit", loads: false),
      Retyping(type: "timestamp(3)", value: "2026-01-02 03:04:05.6", to: "timestamp(6)", loads: false),
      Retyping(type: "numeric(8,2)", value: "1.50", to: "numeric(9,2)", hint: .string, loads: false),
      Retyping(type: "interval(0)", value: "1 day 02:00:00", to: "interval", loads: false),
    ]
    try await withEndToEnd { run in
      let resources = ResourceList(
        cases.indices.map { index in
          let hint = cases[index].hint.map { ["v": ColumnHint(type: $0)] } ?? [:]
          return Resource("t\(index)", hints: ResourceHints(columns: hint))
        })
      for (index, item) in cases.enumerated() {
        try await run.database.psql(
          "CREATE TABLE t\(index) (id int PRIMARY KEY, v \(item.type)); INSERT INTO t\(index) VALUES (1, '\(item.value)')"
        )
      }
      try await run.pipeline(resources).fullLoad()
      let retype = cases.enumerated().map { "ALTER TABLE t\($0) ALTER v TYPE \($1.to);" }.joined()
      try await run.database.psql("SET TimeZone = 'UTC'; \(retype)")
      let resynced = try await run.pipeline(resources).capture().resynced
      #expect(Set(resynced.map(\.name)) == Set(cases.indices.filter { cases[$0].loads }.map { "t\($0)" }))
      for (index, item) in cases.enumerated() where item.hint == nil && !item.to.hasPrefix("interval") {
        try await run.expectEqual("t\(index)")
      }
      let stamps = try await run.texts("SELECT v FROM t", path: run.path("t2"))
      #expect(stamps == ["2026-01-02 03:04:05+00"])
      #expect(try await run.pipeline(resources).capture().resynced.isEmpty)
    }
  }

  /// A type's own name is none of the rows' business.
  @Test func aTypeThatIsCalledOtherwiseLoadsNothing() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE kit AS (a int);
        CREATE TABLE t (id int PRIMARY KEY, m mood, k kit, n int); INSERT INTO t VALUES (1, 'glad', '(1)', 1)
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "ALTER TYPE mood RENAME TO humour; ALTER TYPE kit RENAME TO set_of_things; UPDATE t SET n = 2")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      #expect(try await run.query("SELECT n, m FROM t", table: "t") == ["[2,\"glad\"]"])
    }
  }
}
