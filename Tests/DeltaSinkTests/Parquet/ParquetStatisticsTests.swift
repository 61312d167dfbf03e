import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

/// Bounds and null counts: what the writer says, what its reader finds, and what other engines see.
@Suite struct ParquetStatisticsTests {
  @Test func aFilesSummaryHoldsItsBounds() async throws {
    try await withTemporaryDirectory { directory in
      let columns = [
        ParquetColumn(name: "i", type: .int), ParquetColumn(name: "s", type: .string),
        ParquetColumn(name: "b", type: .binary),
        ParquetColumn(name: "d", type: .decimal(precision: 38, scale: 2)),
        ParquetColumn(name: "t", type: .boolean),
      ]
      let nulls = Validity(count: 3, nullRows: [1])
      let groups = [
        [
          ColumnVector(count: 3, validity: nulls, values: .int32([5, -99, 7])), strings("b", "z", "é"),
          strings("x", "y", "z"), ColumnVector(count: 3, values: .int128([3, -4, 1])),
          ColumnVector(count: 3, values: .boolean([true, true, true])),
        ],
        [
          ColumnVector(count: 1, values: .int32([-3])), strings("a"), strings(""),
          ColumnVector(count: 1, values: .int128([1 << 100])),
          ColumnVector(count: 1, values: .boolean([false])),
        ],
      ]
      let summary = try writeParquet(directory.path("f.parquet"), columns, groups)
      #expect(summary.columns[0] == ColumnStatistics(min: .integer(-3), max: .integer(7), nullCount: 1))
      #expect(summary.columns[1] == ColumnStatistics(min: .bytes([97]), max: .bytes([0xC3, 0xA9])))
      #expect(summary.columns[2] == ColumnStatistics())
      #expect(summary.columns[3] == ColumnStatistics(min: .integer(-4), max: .integer(1 << 100)))
      #expect(summary.columns[4] == ColumnStatistics(min: .boolean(false), max: .boolean(true)))
      let reader = try ParquetFileReader(path: directory.path("f.parquet"))
      #expect(
        reader.rowGroups[0].statistics[0]
          == ColumnStatistics(min: .integer(5), max: .integer(7), nullCount: 1))
    }
  }

  @Test func aStructsFieldsHaveStatisticsOfTheirOwn() async throws {
    try await withTemporaryDirectory { directory in
      let type = ColumnType.structure([
        ColumnSchema(name: "a", type: .long), ColumnSchema(name: "l", type: .list(.int)),
      ])
      let inner = ColumnVector(
        count: 3, validity: Validity(count: 3, nullRows: [2]), values: .int64([4, 9, 0]))
      let list = ColumnVector(
        count: 3,
        values: .list(offsets: [0, 1, 1, 2], elements: ColumnVector(count: 2, values: .int32([1, 2]))))
      let vector = ColumnVector(
        count: 3, validity: Validity(count: 3, nullRows: [1]), values: .structure([inner, list]))
      let summary = try writeParquet(
        directory.path("f.parquet"), [ParquetColumn(name: "s", type: type)], [[vector]])
      #expect(summary.columns[0].nullCount == 1)
      #expect(
        summary.columns[0].fields[0] == ColumnStatistics(min: .integer(4), max: .integer(4), nullCount: 2))
      #expect(summary.columns[0].fields[1].min == nil)
    }
  }

  @Test func floatBoundsFollowTheFormatsRules() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("f.parquet")
      let names = ["zeros", "nan", "nans", "plain"]
      let columns = names.map { ParquetColumn(name: $0, type: .double) }
      let values: [[Double]] = [[0.0, -0.0], [.nan, 1.5], [.nan, .nan], [-.infinity, 2]]
      let summary = try writeParquet(
        path, columns, [values.map { ColumnVector(count: 2, values: .double($0)) }])
      // −0 below, +0 above, so that neither zero is pruned away.
      #expect(summary.columns[0].min?.text == Value.double(-0.0).text)
      #expect(summary.columns[0].max?.text == Value.double(0.0).text)
      // Delta's readers order NaN above all: no bound at all where there is one.
      #expect(summary.columns[1] == ColumnStatistics())
      #expect(summary.columns[2] == ColumnStatistics())
      #expect(summary.columns[3] == ColumnStatistics(min: .double(-.infinity), max: .double(2)))
      let found = try await LakeReader.python(
        """
        import pyarrow.parquet as pq
        group = pq.ParquetFile(args[0]).metadata.row_group(0)
        result = []
        for i in range(group.num_columns):
            s = group.column(i).statistics
            result.append([repr(s.min), repr(s.max), s.null_count] if s.has_min_max else None)
        """, arguments: [path])
      #expect(found == #"[["-0.0", "0.0", 0], ["1.5", "1.5", 0], null, ["-inf", "2.0", 0]]"#)
    }
  }

  @Test(arguments: [
    (String(repeating: "a", count: 100), String(repeating: "a", count: 63) + "b", false),
    (String(repeating: "é", count: 50), String(repeating: "é", count: 31) + "ê", false),
    ("x" + String(repeating: "\u{10FFFF}", count: 30), "y", false),
    (String(repeating: "\u{10FFFF}", count: 30), String(repeating: "\u{10FFFF}", count: 30), true),
    ("short", "short", true),
    (String(repeating: "a", count: 61) + "\u{D7FF}zz", String(repeating: "a", count: 61) + "\u{E000}", false),
  ])
  func longStringsAreRoundedUpAtACharacter(_ value: String, _ upper: String, _ isExact: Bool) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("f.parquet")
      let summary = try writeParquet(path, [ParquetColumn(name: "s", type: .string)], [[strings(value)]])
      #expect(summary.columns[0].max == .bytes(Array(upper.utf8)))
      #expect(summary.columns[0].isMaxExact == isExact)
      guard case .bytes(let lower)? = summary.columns[0].min else { return #expect(Bool(false)) }
      #expect(value.utf8.starts(with: lower) && String(validating: lower, as: UTF8.self) != nil)
    }
  }

  @Test func pagesAreFoundByTheirBounds() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("f.parquet")
      let columns = [
        ParquetColumn(name: "k", type: .long, isNullable: false), ParquetColumn(name: "s", type: .string),
        ParquetColumn(name: "few", type: .int),
      ]
      let keys = (0..<1000).map { Int64($0) * 3 }
      let nulls = Validity(count: 1000, nullRows: Array(200..<300))
      let few = ColumnVector(
        count: 1000, validity: nulls, values: .int32((0..<1000).map { $0 / 100 * 100_000 }))
      let texts = strings((0..<1000).map { "s\(1000 + $0)" })
      try writeParquet(
        path, columns, [[ColumnVector(count: 1000, values: .int64(keys)), texts, few]],
        ParquetOptions(pageRows: 100))
      let reader = try ParquetFileReader(path: path)
      for (column, vector) in [ColumnVector(count: 1000, values: .int64(keys)), texts, few].enumerated() {
        let pages = try reader.pages(column: column, rowGroup: 0)
        #expect(pages.pages.map(\.firstRow) == Array(stride(from: 0, to: 1000, by: 100)))
        // Out of order, as a lookup asks.
        for index in [7, 2, 9, 0] {
          let page = pages.pages[index]
          let wanted = vector.gather((page.firstRow..<page.firstRow + page.rowCount).map { Int32($0) })
          #expect(try pages.vector(ofPage: index).texts == wanted.texts)
        }
      }
      let keyPages = try reader.pages(column: 0, rowGroup: 0).pages
      #expect(keyPages[4].statistics?.min == .integer(1200) && keyPages[4].statistics?.max == .integer(1497))
      let fewPages = try reader.pages(column: 2, rowGroup: 0).pages
      #expect(fewPages[2].statistics?.nullCount == 100 && fewPages[2].statistics?.min == nil)
    }
  }

  @Test func otherEnginesPruneByTheIndex() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("f.parquet")
      let columns = [ParquetColumn(name: "k", type: .long), ParquetColumn(name: "s", type: .string)]
      let groups = (0..<3).map { group in
        [
          ColumnVector(count: 500, values: .int64((0..<500).map { Int64(group * 500 + $0) })),
          strings((0..<500).map { "s\(10_000 + group * 500 + $0)" }),
        ]
      }
      try writeParquet(path, columns, groups, ParquetOptions(pageRows: 50))
      let found = try await LakeReader.python(
        """
        import pyarrow.parquet as pq, polars
        column = pq.ParquetFile(args[0]).metadata.row_group(0).column(0)
        query = "select s from read_parquet('%s') where k = 777 or s = 's10042' order by 1" % args[0]
        import datafusion
        context = datafusion.SessionContext()
        context.register_parquet("t", args[0])
        pruned = context.sql("select s from t where k = 777 or s = 's10042' order by 1").to_pydict()["s"]
        lazy = polars.scan_parquet(args[0]).filter(polars.col("k") == 777).collect()["s"].to_list()
        result = [column.has_offset_index, column.has_column_index,
                  [r[0] for r in engines.duckdb_connection().execute(query).fetchall()], pruned, lazy]
        """, arguments: [path])
      #expect(found == #"[true, true, ["s10042", "s10777"], ["s10042", "s10777"], ["s10777"]]"#)
    }
  }

  private func strings(_ values: String...) -> ColumnVector { strings(values) }

  private func strings(_ values: [String]) -> ColumnVector {
    var result = ByteStrings()
    for value in values { result.append(value.utf8) }
    return ColumnVector(count: values.count, values: .bytes(result))
  }
}
