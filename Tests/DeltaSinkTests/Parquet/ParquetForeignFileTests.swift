import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

/// Files that other writers made: what checkpoints and data files of a Delta table may be.
@Suite struct ParquetForeignFileTests {
  /// One column a type, with nulls, nested columns among them.
  static let table = """
    n = 1000
    none = lambda f: [None if i % 7 == 3 else f(i) for i in range(n)]
    table = pa.table({
        "b": pa.array(none(lambda i: i % 3 == 0), pa.bool_()),
        "i8": pa.array(none(lambda i: i % 100 - 50), pa.int8()),
        "i32": pa.array(none(lambda i: i * 7919 % 1000 - 500), pa.int32()),
        "i64": pa.array(none(lambda i: i * 1234567891 - 5), pa.int64()),
        "required": pa.array(range(n), pa.int64()),
        "f": pa.array(none(lambda i: i / 8), pa.float32()),
        "d": pa.array(none(lambda i: i / 3), pa.float64()),
        "s": pa.array(none(lambda i: "value %d of a column" % (i % 90 if i < 500 else i)), pa.string()),
        "bin": pa.array(none(lambda i: bytes([i % 256, 0])), pa.binary()),
        "d9": pa.array(none(lambda i: decimal.Decimal(i - 500)), pa.decimal128(9, 2)),
        "d30": pa.array(none(lambda i: decimal.Decimal(i - 500) * 10**18), pa.decimal128(30, 4)),
        "day": pa.array(none(lambda i: datetime.date(1970, 1, 1) + datetime.timedelta(i - 500)), pa.date32()),
        "ts": pa.array(none(lambda i: i * 10**9 - 5), pa.timestamp("us", "UTC")),
        "ntz": pa.array(none(lambda i: i * 10**6), pa.timestamp("ms")),
        "list": pa.array(none(lambda i: [j if j % 2 else None for j in range(i % 5)]), pa.list_(pa.int32())),
        "map": pa.array(none(lambda i: [("k%d" % j, "v" if j else None) for j in range(i % 3)]),
                        pa.map_(pa.string(), pa.string())),
        "st": pa.array(none(lambda i: {"x": i, "y": None if i % 5 == 0 else {"z": ["q"] * (i % 3)}}),
                       pa.struct([("x", pa.int64()), ("y", pa.struct([("z", pa.list_(pa.string()))]))])),
    })
    """

  @Test(arguments: [
    "compression='snappy'", "compression='gzip'", "compression='zstd', data_page_version='2.0'",
    "compression='none', use_dictionary=False",
    "compression='snappy', data_page_version='2.0', data_page_size=500",
    "compression='zstd', write_page_index=True, row_group_size=300, write_page_checksum=True",
    "compression='snappy', store_decimal_as_integer=True",
    "compression='snappy', use_dictionary=False, column_encoding={'i32': 'DELTA_BINARY_PACKED', "
      + "'i64': 'DELTA_BINARY_PACKED', 's': 'DELTA_BYTE_ARRAY', 'bin': 'DELTA_LENGTH_BYTE_ARRAY', "
      + "'f': 'BYTE_STREAM_SPLIT', 'd': 'BYTE_STREAM_SPLIT', 'required': 'BYTE_STREAM_SPLIT', 'b': 'RLE'}",
  ])
  func pyarrowsFilesAreRead(_ options: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("foreign.parquet")
      let expected = try await texts(
        ofTable: Self.table, written: "pq.write_table(table, path, \(options))", to: path)
      let found = try texts(ofParquet: path)
      let reader = try ParquetFileReader(path: path)
      for column in expected.indices {
        #expect(found[column] == expected[column], "\(reader.columns[column].name)")
      }
    }
  }

  @Test(arguments: ["CODEC snappy", "CODEC zstd, PARQUET_VERSION v2", "CODEC uncompressed", "CODEC gzip"])
  func duckdbsFilesAreRead(_ options: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("foreign.parquet")
      let expected = try await texts(
        ofTable: """
          connection = engines.duckdb_connection()
          query = '''select i, i % 50 as few, hash(i)::varchar as h, case when i % 3 = 0 then i::double end as d,
            (i * 1000)::decimal(18, 3) as dec, range(i % 4) as l, {'a': i, 'b': 'x' || i % 9} as s,
            timestamptz '2024-01-01 00:00:00+00' + to_microseconds(i) as t from range(3000) r(i)'''
          table = engines.arrow(connection.execute(query).to_arrow_table())
          """,
        written: "connection.execute(f\"copy ({query}) to '{path}' (format parquet, \(options))\")", to: path)
      #expect(try texts(ofParquet: path) == expected)
    }
  }

  @Test func polarsFilesAreRead() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("foreign.parquet")
      let expected = try await texts(
        ofTable: """
          import polars
          frame = polars.DataFrame({"i": range(2000), "s": ["text %d" % (i % 40) for i in range(2000)],
            "l": [[i, None] if i % 4 else None for i in range(2000)]})
          table = frame.to_arrow()
          """,
        written: "frame.write_parquet(path)", to: path)
      #expect(try texts(ofParquet: path) == expected)
    }
  }

  @Test func deltalakesCheckpointsAreRead() async throws {
    try await withTemporaryDirectory { directory in
      let json = try await LakeReader.python(
        """
        import glob, pyarrow as pa, pyarrow.parquet as pq
        from deltalake import DeltaTable, write_deltalake
        for i in range(3):
            write_deltalake(args[0], pa.table({"id": [i], "p": ["x"]}), mode="append", partition_by=["p"])
        DeltaTable(args[0]).create_checkpoint()
        path = glob.glob(args[0] + "/_delta_log/*.checkpoint.parquet")[0]
        table = pq.ParquetFile(path).read()
        result = [path, table.num_rows, sorted(a["path"] for a in table.column("add").to_pylist() if a)]
        """, arguments: [directory.path("table")])
      let parts = try JSONDecoder().decode([Part].self, from: Data(json.utf8))
      guard case .text(let path) = parts[0], case .number(let rows) = parts[1],
        case .list(let adds) = parts[2]
      else {
        return #expect(Bool(false))
      }
      let reader = try ParquetFileReader(path: path)
      #expect(reader.rowCount == rows)
      let add = try #require(reader.columnIndex(named: "add"))
      let field = try #require(reader.columns[add].children.firstIndex { $0.name == "path" })
      var found: [String] = []
      for group in reader.rowGroups.indices {
        let vector = try reader.read(columns: [add], rowGroup: group)[0]
        for row in 0..<vector.count {
          if case .structure(let fields) = vector.value(at: row), case .bytes(let bytes) = fields[field] {
            found.append(String(decoding: bytes, as: UTF8.self))
          }
        }
      }
      #expect(found.sorted() == adds)
    }
  }

  @Test(arguments: ["brotli", "lz4"])
  func unknownCodecsAreNamed(_ codec: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("foreign.parquet")
      _ = try await texts(
        ofTable: "table = pa.table({'a': range(100)})",
        written: "pq.write_table(table, path, compression='\(codec)')", to: path)
      let error = #expect(throws: DeltaError.self) {
        try ParquetFileReader(path: path).read(rowGroup: 0)
      }
      #expect(error?.code == .unsupportedFeature && error?.path == path)
      #expect(error?.message.contains(codec) == true)
    }
  }

  private enum Part: Decodable {
    case text(String), number(Int64), list([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Int64.self) {
        self = .number(number)
      } else {
        self = .list(try container.decode([String].self))
      }
    }
  }
}
