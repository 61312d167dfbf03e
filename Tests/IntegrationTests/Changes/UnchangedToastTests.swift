/// Values that the log leaves out because an update left them alone: wherever they lie, the lake keeps them.
import CDCCore
import TestSupport
import Testing

@Suite struct UnchangedToastTests {
  /// By what the log names a row by.
  private static let identities = [
    "d": "REPLICA IDENTITY DEFAULT", "f": "REPLICA IDENTITY FULL", "i": "REPLICA IDENTITY USING INDEX #_k",
  ]

  private static func create(_ table: String, _ identity: String) -> String {
    """
    CREATE TABLE \(table) (id int PRIMARY KEY, k int NOT NULL, big text, other bytea, n int);
    CREATE UNIQUE INDEX \(table)_k ON \(table) (k); ALTER TABLE \(table) \(identity.replacing("#", with: table));
    ALTER TABLE \(table) ALTER big SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL;
    INSERT INTO \(table) SELECT i, i, repeat(chr(64 + i), 4000 + i), convert_to(repeat(chr(96 + i), 4000), 'UTF8'), 0
      FROM generate_series(1, 15) i;
    """
  }

  private static func history(_ table: String) -> String {
    """
    UPDATE # SET n = 1 WHERE id = 1; UPDATE # SET n = 2 WHERE id = 1;
    UPDATE # SET big = repeat('x', 6000) WHERE id = 2; UPDATE # SET n = 1 WHERE id = 2;
    UPDATE # SET big = NULL WHERE id = 3; UPDATE # SET n = 1 WHERE id = 3;
    UPDATE # SET id = 104, k = 104 WHERE id = 4; UPDATE # SET n = 3 WHERE id = 104;
    INSERT INTO # VALUES (20, 20, repeat('z', 5000), NULL, 0); UPDATE # SET n = 5 WHERE id = 20;
    BEGIN; UPDATE # SET id = 99, k = 99 WHERE id = 5; UPDATE # SET id = 5, k = 5 WHERE id = 6;
      UPDATE # SET id = 6, k = 6 WHERE id = 99; COMMIT;
    DELETE FROM # WHERE id = 7; INSERT INTO # VALUES (7, 7, repeat('s', 3000), 'short', 0); UPDATE # SET n = 1 WHERE id = 7;
    UPDATE # SET other = NULL, n = 1 WHERE id = 8; UPDATE # SET big = 'small', id = 108, k = 108 WHERE id = 8;
    BEGIN; UPDATE # SET n = 7 WHERE id = 9; SAVEPOINT s; UPDATE # SET big = 'gone' WHERE id = 9; ROLLBACK TO s;
      UPDATE # SET n = 8 WHERE id = 9; COMMIT;
    BEGIN; DELETE FROM # WHERE id = 10; UPDATE # SET id = 10, k = 10 WHERE id = 11; COMMIT;
    UPDATE # SET n = n + 10;
    """.replacing("#", with: table)
  }

  /// A change or two a package, the value in the package before, in the same one.
  @Test(arguments: [2, 5, 200_000])
  func keepTheirPlaceUnderEveryIdentityWhereverAPackageEnds(rows: Int) async throws {
    try await withEndToEnd { run in
      for (table, identity) in Self.identities { try await run.database.psql(Self.create(table, identity)) }
      try await run.pipeline().fullLoad()
      for table in Self.identities.keys { try await run.database.psql(Self.history(table)) }
      let report = try await run.pipeline(limits: BatchLimits(rows: rows)).capture()
      #expect(rows > 2 || report.packages > 10)
      for table in Self.identities.keys { try await run.expectEqual(table) }
    }
  }

  /// What the table holds of a row, as both sides print it.
  private static let row =
    "concat_ws('|', #id, #k, coalesce(md5(#big), '-'), coalesce(md5(#other), '-'), #n)"

  /// The dispositions that keep more than the source does. A trigger in the source writes each version of a row down.
  @Test(arguments: Place.allCases) func keepTheirPlaceUnderOtherDispositions(_ place: Place) async throws {
    let dispositions: [String: WriteDisposition] = ["merge": .merge, "soft": .softDelete, "scd": .scd2]
    let tables =
      place.isSlow
      ? ["d_merge", "i_soft", "d_scd", "f_scd"]
      : ["d_soft", "f_soft", "i_soft", "d_scd", "f_scd", "i_scd"]
    func part(_ table: String, _ place: Int) -> String { String(table.split(separator: "_")[place]) }
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE versions (number serial, name text, row text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO versions (name, row) VALUES (TG_TABLE_NAME, \(Self.row.replacing("#", with: "NEW."))); RETURN NULL; END $$;
        """)
      for table in tables {
        try await run.database.psql(
          Self.create(table, try #require(Self.identities[part(table, 0)])).replacing(
            "INSERT INTO",
            with:
              "CREATE TRIGGER note AFTER INSERT OR UPDATE ON \(table) FOR EACH ROW EXECUTE FUNCTION note(); INSERT INTO"
          ))
      }
      let resources = ResourceList(
        tables.map { Resource($0, hints: ResourceHints(writeDisposition: dispositions[part($0, 1)])) })
      try await run.pipeline(resources).fullLoad()
      for table in tables { try await run.database.psql(Self.history(table)) }
      let limits = BatchLimits(rows: place.isSlow ? 200_000 : 5)
      #expect(try await run.pipeline(resources, limits: limits).capture().resynced.isEmpty)
      // Now the values lie in what captures wrote.
      for table in tables { try await run.database.psql("UPDATE \(table) SET n = n + 1000") }
      #expect(try await run.pipeline(resources).capture().resynced.isEmpty)

      for table in tables {
        if table.hasSuffix("merge") {
          try await run.expectEqual(table)
          continue
        }
        let row = Self.row.replacing("#", with: "")
        let now = try await run.database.psql("SELECT \(row) FROM \(table)")
        let current = table.hasSuffix("soft") ? "_cdc_deleted_at IS NULL" : "_cdc_is_current"
        let found = try await run.texts("SELECT \(row) FROM t WHERE \(current)", path: run.path(table))
        #expect(found.sorted() == now.split(separator: "\n").map(String.init).sorted(), "\(table)")
        // scd2 has each version, soft_delete the last of each key.
        let last = table.hasSuffix("soft") ? "DISTINCT ON (split_part(row, '|', 1))" : ""
        let kept = try await run.database.psql(
          "SELECT row FROM (SELECT \(last) row FROM versions WHERE name = '\(table)' ORDER BY split_part(row, '|', 1), number DESC) v"
        )
        let all = try await run.texts("SELECT \(row) FROM t", path: run.path(table))
        #expect(all.sorted() == kept.split(separator: "\n").map(String.init).sorted(), "\(table)")
      }
    }
  }

  /// The rows that held the values are gone; those that came since hold their own.
  @Test func areThoseOfRowsThatCameAfterATruncation() async throws {
    try await withEndToEnd { run in
      for (table, identity) in Self.identities { try await run.database.psql(Self.create(table, identity)) }
      try await run.pipeline().fullLoad()
      for table in Self.identities.keys {
        try await run.database.psql(
          """
          BEGIN; UPDATE # SET n = 1 WHERE id = 1; TRUNCATE #; INSERT INTO # VALUES (1, 1, repeat('n', 5000), NULL, 0);
          UPDATE # SET n = 2 WHERE id = 1; UPDATE # SET id = 2, k = 2 WHERE id = 1; COMMIT; UPDATE # SET n = 3;
          """.replacing("#", with: table))
      }
      try await run.pipeline().capture()
      for table in Self.identities.keys { try await run.expectEqual(table) }
    }
  }
}
