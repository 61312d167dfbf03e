import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

/// Whatever the bytes are: an error or values, never a trap.
@Suite struct ParquetCorruptFileTests {
  @Test(arguments: [ParquetOptions.Compression.none, .zstd(level: 1), .gzip(level: 1)])
  func everyTruncationIsAnError(_ compression: ParquetOptions.Compression) async throws {
    try await withTemporaryDirectory { directory in
      let bytes = try Self.sample(directory.path("whole.parquet"), compression)
      let path = directory.path("cut.parquet")
      for length in 0..<bytes.count {
        try Data(bytes[..<length]).write(to: URL(fileURLWithPath: path))
        #expect(throws: DeltaError.self) { try Self.readAll(path) }
      }
    }
  }

  @Test(arguments: [ParquetOptions.Compression.none, .zstd(level: 1), .gzip(level: 1)])
  func mutationsAreErrorsOrValues(_ compression: ParquetOptions.Compression) async throws {
    try await withTemporaryDirectory { directory in
      let bytes = try Self.sample(directory.path("whole.parquet"), compression)
      try Self.mutate(bytes, directory.path("mutated.parquet"), count: 3000)
    }
  }

  @Test(arguments: ["compression='snappy'", "compression='snappy', data_page_version='2.0'"])
  func mutationsOfForeignFilesAreErrorsOrValues(_ options: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("foreign.parquet")
      _ = try await texts(
        ofTable: ParquetForeignFileTests.table.replacingOccurrences(of: "n = 1000", with: "n = 40"),
        written: "pq.write_table(table, path, \(options))", to: path)
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      try Self.mutate(bytes, directory.path("mutated.parquet"), count: 2000)
    }
  }

  @Test func checksumsFindAFlippedBit() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("f.parquet")
      let column = ColumnVector(count: 64, values: .int64((0..<64).map { $0 &* $0 &* 0x1E37_79B9_7F4A_7C15 }))
      try writeParquet(
        path, [ParquetColumn(name: "k", type: .long, isNullable: false)], [[column]],
        ParquetOptions(compression: .none, pageChecksums: true))
      var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes[200] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: DeltaError.self) { try Self.readAll(path) }
      #expect(error?.code == .corruptParquet)
    }
  }

  /// Small, but with every encoding, nulls and a nested column.
  private static func sample(
    _ path: String, _ compression: ParquetOptions.Compression
  ) throws -> [UInt8] {
    let types: [ColumnType] = [
      .long, .int, .string, .boolean, .double, .decimal(precision: 30, scale: 2), .list(.string),
      .structure([ColumnSchema(name: "a", type: .map(key: .int, value: .long))]),
    ]
    var sampler = ColumnSampler(seed: 11, .ascending)
    var few = ColumnSampler(seed: 12, .few)
    let columns = (types + types).enumerated().map { ParquetColumn(name: "c\($0)", type: $1) }
    let group =
      types.map { sampler.vector($0, count: 40, nullShare: 20) }
      + types.map { few.vector($0, count: 40, nullShare: 20) }
    try writeParquet(path, columns, [group], ParquetOptions(compression: compression, pageRows: 30))
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func mutate(_ bytes: [UInt8], _ path: String, count: Int) throws {
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<count {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let position = Int.random(in: 0..<mutated.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: mutated[position] = UInt8.random(in: 0...255, using: &generator)
        case 1: mutated[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: mutated[position] = [0, 0x7F, 0x80, 0xFF][Int.random(in: 0..<4, using: &generator)]
        default:
          let from = Int.random(in: 0..<mutated.count, using: &generator)
          let length = min(8, mutated.count - max(from, position))
          for index in 0..<length { mutated[position + index] = bytes[from + index] }
        }
      }
      try Data(mutated).write(to: URL(fileURLWithPath: path))
      do { try readAll(path) } catch { #expect(error is DeltaError) }
    }
  }

  private static func readAll(_ path: String) throws {
    let reader = try ParquetFileReader(path: path)
    for group in reader.rowGroups.indices {
      for column in reader.columns.indices {
        let vector = try reader.read(columns: [column], rowGroup: group)[0]
        for row in 0..<vector.count { _ = vector.value(at: row) }
        if reader.columns[column].children.isEmpty {
          let pages = try reader.pages(column: column, rowGroup: group)
          for page in pages.pages.indices { _ = try pages.vector(ofPage: page) }
        }
      }
    }
  }
}
