import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

/// What is written is what is read, by this package and by engines that share no code with it.
@Suite struct ParquetRoundTripTests {
  @Test(arguments: Spread.allCases, [0, 30])
  func everyScalarTypeComesBackInEveryEncoding(_ spread: Spread, _ nullShare: Int) async throws {
    var sampler = ColumnSampler(seed: 1, spread)
    let columns = SampleTypes.scalars.enumerated().map { ParquetColumn(name: "c\($0)", type: $1) }
    let groups = [600, 1, 150].map { count in
      SampleTypes.scalars.map { sampler.vector($0, count: count, nullShare: nullShare) }
    }
    try await expectRoundTrip(columns, groups, ParquetOptions(pageRows: 128))
  }

  @Test(arguments: [
    ParquetOptions.Compression.zstd(level: 1), .zstd(level: 9), .gzip(level: 6), .none,
  ])
  func everyCompressionIsRead(_ compression: ParquetOptions.Compression) async throws {
    var sampler = ColumnSampler(seed: 2, .runs)
    let columns = SampleTypes.scalars.enumerated().map { ParquetColumn(name: "c\($0)", type: $1) }
    let groups = [SampleTypes.scalars.map { sampler.vector($0, count: 800, nullShare: 10) }]
    try await expectRoundTrip(
      columns, groups, ParquetOptions(compression: compression, pageRows: 200, pageChecksums: true))
  }

  @Test func plainFilesAreRead() async throws {
    var sampler = ColumnSampler(seed: 3, .few)
    let columns = SampleTypes.scalars.enumerated().map { ParquetColumn(name: "c\($0)", type: $1) }
    let groups = [SampleTypes.scalars.map { sampler.vector($0, count: 500, nullShare: 10) }]
    try await expectRoundTrip(columns, groups, ParquetOptions(encodings: false))
  }

  @Test(arguments: SampleTypes.nested, [0, 25])
  func nestedColumnsKeepNullsAndEmpties(_ type: ColumnType, _ nullShare: Int) async throws {
    var sampler = ColumnSampler(seed: 4, .few)
    let columns = [
      ParquetColumn(name: "id", type: .long, isNullable: false), ParquetColumn(name: "n", type: type),
    ]
    let groups = [200, 1, 40].map { count in
      [sampler.vector(.long, count: count), sampler.vector(type, count: count, nullShare: nullShare)]
    }
    try await expectRoundTrip(columns, groups, ParquetOptions(pageRows: 64))
  }

  @Test(arguments: SampleTypes.scalars)
  func columnsOfNullsOnlyComeBack(_ type: ColumnType) async throws {
    var sampler = ColumnSampler(seed: 5, .few)
    try await expectRoundTrip(
      [ParquetColumn(name: "c", type: type)], [[sampler.vector(type, count: 100, nullShare: 100)]])
  }

  @Test func filesWithoutRowsHaveASchema() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("empty.parquet")
      let columns = (SampleTypes.scalars + SampleTypes.nested).enumerated().map {
        ParquetColumn(name: "c\($0)", type: $1, fieldID: Int32($0 + 1))
      }
      let writer = try ParquetFileWriter(path: path, columns: columns)
      let noRows = columns.map {
        var sampler = ColumnSampler(seed: 6, .few); return sampler.vector($0.type, count: 0)
      }
      try writer.write(noRows, rowCount: 0)
      let summary = try writer.close(sync: true)
      #expect(summary.rowCount == 0)
      let reader = try ParquetFileReader(path: path)
      #expect(reader.columns.map(\.type) == columns.map(\.type))
      #expect(reader.columns.map(\.fieldID) == columns.map(\.fieldID))
      for engine in Engine.forParquet where engine != .datafusion {
        #expect(try await texts(ofParquet: path, readBy: engine).allSatisfy(\.isEmpty))
      }
    }
  }

  @Test func otherEnginesSeeTheTypesThatDeltaNames() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("types.parquet")
      var sampler = ColumnSampler(seed: 7, .few)
      let columns = SampleTypes.scalars.enumerated().map { ParquetColumn(name: "c\($0)", type: $1) }
      try writeParquet(path, columns, [SampleTypes.scalars.map { sampler.vector($0, count: 10) }])
      for engine in [Engine.pyarrow, .datafusion, .duckdb] {
        let source = "result = [c['type'] for c in compare.described(engines.read_parquet(args[0], args[1]))]"
        let json = try await LakeReader.python(source, arguments: [engine.rawValue, path])
        let types = try JSONDecoder().decode([String].self, from: Data(json.utf8))
        #expect(types == SampleTypes.scalars.map(\.description), "\(engine)")
      }
    }
  }

  private func expectRoundTrip(
    _ columns: [ParquetColumn], _ groups: [[ColumnVector]], _ options: ParquetOptions = ParquetOptions()
  ) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("file.parquet")
      let summary = try writeParquet(path, columns, groups, options)
      let expected = texts(of: groups)
      #expect(summary.rowCount == Int64(expected[0].count))
      #expect(try texts(ofParquet: path) == expected)
      for engine in Engine.forParquet {
        let found = try await texts(ofParquet: path, readBy: engine)
        for column in columns.indices {
          #expect(found[column] == expected[column], "\(engine), \(columns[column].type)")
        }
      }
    }
  }
}
