import CDCCore
import Foundation
import TestSupport

@testable import DeltaSink

/// A Delta table in a directory of its own whose data files pyarrow writes: the log alone is under test.
struct DeltaTestTable {
  let directory: TemporaryDirectory
  let store: FileLogStore

  init(_ name: String = "table") throws {
    directory = try TemporaryDirectory()
    store = FileLogStore(tablePath: directory.path(name))
    try FileManager.default.createDirectory(atPath: store.tablePath, withIntermediateDirectories: true)
  }

  var path: String { store.tablePath }

  /// `id long, name string`, with deletion vectors allowed.
  static let schema = DeltaSchema(columns: [
    ColumnSchema(name: "id", type: .long), ColumnSchema(name: "name", type: .string),
  ])

  static func metadata(_ schema: DeltaSchema = schema, deletionVectors: Bool = true) -> Metadata {
    Metadata(
      schema: schema, configuration: deletionVectors ? ["delta.enableDeletionVectors": "true"] : [:],
      createdTime: 1_700_000_000_000)
  }

  @discardableResult
  func create(_ metadata: Metadata = Self.metadata()) throws -> DeltaSnapshot {
    try DeltaTransaction(creating: metadata, in: store).committed()
  }

  /// Writes a data file of rows `(id, "name id")` and returns its action.
  func writeFile(_ ids: Range<Int>, name: String = "\(UniqueName()).parquet") async throws -> AddFile {
    let size = try await LakeReader.python(
      """
      import os, pyarrow as pa, pyarrow.parquet
      path, low, high = args[0], int(args[1]), int(args[2])
      ids = range(low, high)
      names = pa.array([f"name {i}" for i in ids], pa.string())
      table = pa.table({"id": pa.array(ids, pa.int64()), "name": names})
      pa.parquet.write_table(table, path)
      result = os.path.getsize(path)
      """, arguments: ["\(path)/\(name)", "\(ids.lowerBound)", "\(ids.upperBound)"])
    let bounds = ColumnBounds(
      min: .integer(Int128(ids.lowerBound)), max: .integer(Int128(ids.upperBound - 1)), nullCount: 0)
    let statistics = FileStatistics(
      numRecords: ids.count, columns: [bounds, ColumnBounds(nullCount: 0)])
    return AddFile(
      path: name, size: Int(size) ?? 0, modificationTime: 1_700_000_000_000,
      stats: statistics.json(Self.schema))
  }

  /// The ids that an engine finds, ascending.
  func ids(_ engine: Engine, version: Int? = nil) async throws -> [Int] {
    let table = try await LakeReader.read(delta: path, engine: engine, version: version)
    return table.rows.compactMap { row in
      Int(row.drop { !$0.isNumber && $0 != "-" }.prefix { $0.isNumber || $0 == "-" })
    }.sorted()
  }
}

extension DeltaTransaction {
  /// Commits where no race is expected.
  func committed() throws -> DeltaSnapshot {
    switch try commit() {
    case .committed(let snapshot): return snapshot
    case .conflict(let version): throw Unexpected("version \(version) was taken")
    }
  }
}

extension DeletionVector {
  /// The vector in the log itself, where other writers may put it.
  func inlined() -> DeletionVectorDescriptor {
    let bytes = serialized()
    return DeletionVectorDescriptor(
      storageType: .inline, pathOrInlineDV: Base85.encode(bytes), offset: nil, sizeInBytes: bytes.count,
      cardinality: cardinality)
  }
}

struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Every truncation of the bytes, then `count` copies with some bytes changed, inserted or removed.
func forEachMutation(of bytes: [UInt8], count: Int, seed: UInt64 = 7, _ body: ([UInt8]) -> Void) {
  for length in 0..<bytes.count { body(Array(bytes[..<length])) }
  var generator = SeededGenerator(seed: seed)
  for _ in 0..<count {
    var mutant = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !mutant.isEmpty {
      let position = Int.random(in: 0..<mutant.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: mutant[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: mutant[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: mutant.remove(at: position)
      default: mutant.insert(UInt8.random(in: 0...255, using: &generator), at: position)
      }
    }
    body(mutant)
  }
}
