/// Values that the log leaves out because an update left them alone: wherever they lie, the lake keeps them.
import CDCCore
import TestSupport
import Testing

@Suite struct UnchangedToastTests {
  /// By what the log names a row by.
  private static let identities = [
    "d": "REPLICA IDENTITY DEFAULT", "f": "REPLICA IDENTITY FULL", "i": "REPLICA IDENTITY USING INDEX i_k",
  ]

  private static func create(_ table: String, _ identity: String) -> String {
    """
    CREATE TABLE \(table) (id int PRIMARY KEY, k int NOT NULL, big text, other bytea, n int);
    CREATE UNIQUE INDEX \(table)_k ON \(table) (k); ALTER TABLE \(table) \(identity);
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
