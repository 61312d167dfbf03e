import TestSupport
import Testing

@testable import DeltaSink

@Suite struct DeletionVectorTests {
  static let shapes: [[Int]] = [
    [], [0], [3, 4, 7, 11, 18, 29], Array(0..<10), Array(0..<65536), Array(stride(from: 0, to: 65536, by: 2)),
    Array(stride(from: 0, to: 8192, by: 2)), Array(stride(from: 0, to: 8194, by: 2)),
    Array(65530..<65545), [65535, 65536, 1 << 20, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, (1 << 62) + 5],
    Array(0..<70_000) + Array(stride(from: 200_000, to: 400_000, by: 3)) + Array(500_000..<500_100),
  ]

  @Test(arguments: shapes)
  func rowsSurviveSerializing(_ rows: [Int]) throws {
    let vector = DeletionVector(rows: rows)
    let back = try DeletionVector(serialized: vector.serialized())
    #expect(back.rows == rows)
    #expect(back.cardinality == rows.count)
    #expect(back == vector)
  }

  /// Rows as delta-kernel-rs' test has them; PROTOCOL.md's own inline example is in a format of before the
  /// spec.
  @Test func anotherWritersInlineVectorIsRead() throws {
    let descriptor = try DeletionVectorDescriptor(
      storageType: "i", path: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", offset: nil,
      sizeInBytes: 44, cardinality: 6)
    let vector = try DeletionVector.read(descriptor, from: FileLogStore(tablePath: "/nowhere"))
    #expect(vector.rows == [3, 4, 7, 11, 18, 29])
    #expect(vector.inlined() == descriptor)
  }

  @Test func theProtocolsFileNameIsDecoded() throws {
    let descriptor = try DeletionVectorDescriptor(
      storageType: "u", path: "ab^-aqEH.-t@S}K{vb[*k^", offset: 4, sizeInBytes: 40, cardinality: 6)
    #expect(try descriptor.filePath() == "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin")
    #expect(descriptor.uniqueID == "uab^-aqEH.-t@S}K{vb[*k^@4")
  }

  @Test func runsAreStoredWhereTheyAreSmaller() {
    #expect(DeletionVector(rows: Array(0..<1_000_000)).serialized().count < 300)
    #expect(DeletionVector(rows: Array(stride(from: 0, to: 131_072, by: 2))).serialized().count < 16_500)
  }

  @Test func unionsHoldBothSidesRows() {
    let shapes = Self.shapes.map { Array($0.prefix(6000)) } + [Array(60_000..<66_000)]
    for first in shapes {
      for second in shapes {
        var union = DeletionVector(rows: first)
        union.insert(second)
        #expect(union.rows == Set(first).union(second).sorted())
      }
    }
  }

  @Test func unionsWithStoredRunsHoldBothSidesRows() throws {
    var runs = try DeletionVector(serialized: DeletionVector(rows: Array(100..<60_000)).serialized())
    runs.insert([5, 100, 70_000])
    #expect(runs.rows == [5] + Array(100..<60_000) + [70_000])
    #expect(try DeletionVector(serialized: runs.serialized()) == runs)
  }

  @Test func rowsComeInAnyOrder() {
    #expect(DeletionVector(rows: [9, 3, 3, -4, 70_000, 1]).rows == [1, 3, 9, 70_000])
  }

  @Test func rowsWithinARangeAreFound() {
    let vector = DeletionVector(rows: [1, 5, 65_536, 70_000, 200_000])
    #expect(vector.rows(in: 5..<70_000) == [5, 65_536])
    #expect(vector.rows(in: 65_536..<70_001) == [65_536, 70_000])
    #expect(vector.rows(in: 300_000..<400_000) == [])
  }

  @Test func severalVectorsShareAFile() throws {
    let table = try DeltaTestTable()
    let vectors = Self.shapes.map { DeletionVector(rows: $0) }
    let descriptors = try DeletionVector.write(vectors, to: table.store)
    #expect(Set(descriptors.map { try? $0.filePath() }).count == 1)
    #expect(descriptors.first?.offset == 1)
    for (descriptor, vector) in zip(descriptors, vectors) {
      #expect(try DeletionVector.read(descriptor, from: table.store) == vector)
    }
  }

  @Test func aChangedByteInAFileIsNoticed() throws {
    let table = try DeltaTestTable()
    let descriptors = try DeletionVector.write([DeletionVector(rows: [1, 2, 9])], to: table.store)
    let descriptor = try #require(descriptors.first)
    let path = try #require(descriptor.filePath().map(table.store.absolutePath))
    let bytes = try #require(try PosixFile.read(path))
    for position in 1..<bytes.count {
      var damaged = bytes
      damaged[position] ^= 0x10
      try PosixFile.remove(path)
      try PosixFile.create(path, damaged)
      #expect(throws: DeltaError.self) { try DeletionVector.read(descriptor, from: table.store) }
    }
    try PosixFile.remove(path)
    #expect(throws: DeltaError.self) { try DeletionVector.read(descriptor, from: table.store) }
  }

  @Test(arguments: [6, 8, 9, 10])
  func mutatedVectorsNeverTrap(_ shape: Int) {
    let bytes = DeletionVector(rows: Self.shapes[shape]).serialized()
    let header = Array(bytes.prefix(200))
    forEachMutation(of: bytes.count > 2000 ? header : bytes, count: 20_000) { mutant in
      guard let vector = try? DeletionVector(serialized: mutant) else { return }
      _ = vector.cardinality
    }
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      var mutant = bytes
      mutant[Int.random(in: 0..<mutant.count, using: &generator)] ^=
        1 << UInt8.random(in: 0..<8, using: &generator)
      _ = try? DeletionVector(serialized: mutant).rows.count
    }
  }

  @Test(arguments: ["", "x", "!!!", "#####", "aaaaé"])
  func badInlineTextIsRefused(_ text: String) throws {
    let descriptor = try DeletionVectorDescriptor(
      storageType: "i", path: text, offset: nil, sizeInBytes: 40, cardinality: 6)
    #expect(throws: DeltaError.self) {
      try DeletionVector.read(descriptor, from: FileLogStore(tablePath: "/nowhere"))
    }
  }
}
