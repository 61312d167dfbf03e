/// The comparison with other engines must itself be able to fail.
import TestSupport
import Testing

@Suite struct LakeReaderTests {
  private let sql = """
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE TABLE t (id int, small int2, big int8, n price, wide numeric, f real, d double precision, b bool,
      s text, raw bytea, day date, at timestamptz, wall timestamp(3), tags text[], mood mood, span interval);
    INSERT INTO t VALUES
      (1, 2, -9223372036854775808, 1.5, 1e40, 0.1, 0.1, true, E'a\\tb\\n\\\\c "q"', '\\x00ff', '2024-02-29',
       '2024-02-29 12:00:00.000001+02', '1969-12-31 23:59:59.999', '{a,NULL,"x \\"y\\\\,"}', 'sad', '1 mon 2 h'),
      (2, NULL, NULL, NULL, NULL, 'NaN', '-Infinity', NULL, NULL, NULL, '0044-03-15 BC', NULL, NULL, NULL, NULL, NULL);
    """

  /// The same rows, written by pyarrow and deltalake.
  private let lake = """
    import datetime as dt, decimal, pyarrow as pa, deltalake
    utc, one = dt.timezone.utc, int(args[1])
    deltalake.write_deltalake(args[0], pa.table({
      "id": pa.array([1, 2], pa.int32()), "small": pa.array([2, None], pa.int16()),
      "big": pa.array([-2**63, None], pa.int64()),
      "n": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(12, 2)), "wide": pa.array([str(10**40), None]),
      "f": pa.array([0.1, float("nan")], pa.float32()), "d": pa.array([0.1, float("-inf")]),
      "b": pa.array([True, None]), "s": pa.array(['a\\tb\\n\\\\c "q"', None]), "raw": pa.array([b"\\x00\\xff", None]),
      "day": pa.array([19782, -735160], pa.int32()).cast(pa.date32()),
      "at": pa.array([1709200800000000 + one, None], pa.timestamp("us", "UTC")),
      "wall": pa.array([-1000, None], pa.timestamp("us")),
      "tags": pa.array([["a", None, 'x "y\\\\,'], None]), "mood": pa.array(["sad", None]),
      "span": pa.array(["P1MT2H", None])}))
    """

  @Test func findsEqualTablesEqual() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      try await withTemporaryDirectory { directory in
        try await database.psql(sql)
        _ = try await LakeReader.python(lake, arguments: [directory.path("t"), "1"])
        try await expectEqual(
          lakeTable: directory.path("t"), postgresTable: "public.t", in: database,
          engines: [.duckdb, .deltalake, .polars])
      }
    }
  }

  @Test func findsOneWrongMicrosecondAndOneWrongType() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      try await withTemporaryDirectory { directory in
        try await database.psql(sql)
        _ = try await LakeReader.python(lake, arguments: [directory.path("t"), "2"])
        let wrongValue = try await differences(
          lakeTable: directory.path("t"), postgresTable: "public.t", in: database)
        #expect(wrongValue.count == 2)
        #expect(wrongValue.allSatisfy { $0.contains("1 are missing or wrong, 1 should not be there") })

        try await database.psql("ALTER TABLE t ALTER id TYPE bigint; UPDATE t SET at = at + '1 us'")
        let wrongType = try await differences(
          lakeTable: directory.path("t"), postgresTable: "public.t", in: database, engines: [.duckdb])
        #expect(wrongType.count == 1)
        #expect(wrongType.allSatisfy { $0.contains("'id', 'long'") && $0.contains("'id', 'integer'") })
        #expect(wrongType.allSatisfy { !$0.contains("rows:") })
      }
    }
  }

  @Test(arguments: Engine.forParquet)
  func readsParquet(engine: Engine) async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.path("f.parquet")
      _ = try await LakeReader.python(
        """
        import pyarrow as pa, pyarrow.parquet
        pa.parquet.write_table(pa.table({"a": pa.array([2, None, 1], pa.int32()), "m": pa.array(
          [[("k", 1)], [], None], pa.map_(pa.string(), pa.int64()))}), args[0])
        """, arguments: [file])
      let table = try await LakeReader.read(parquet: file, engine: engine, sorted: false)
      #expect(table.columnDescriptions == ["a integer", "m map<string,long>"])
      #expect(table.rows == [#"[2,[["k",1]]]"#, "[null,[]]", "[1,null]"])
    }
  }

  @Test func queriesSeveralTables() async throws {
    try await withTemporaryDirectory { directory in
      _ = try await LakeReader.python(
        "import pyarrow as pa, deltalake\ndeltalake.write_deltalake(args[0], pa.table({'a': [1, 2]}))",
        arguments: [directory.path("t")])
      let rows = try await LakeReader.query(
        "SELECT sum(a)::int FROM one JOIN two USING (a)",
        tables: ["one": directory.path("t"), "two": directory.path("t")])
      #expect(rows == ["[3]"])
    }
  }
}
