/// The rows of a data file that are gone: a set of row positions in the file, from 0.
/// PROTOCOL.md, "Deletion Vector Format" (`RoaringBitmapArray`).
package struct DeletionVector: Sendable {
  /// By the upper 32 bits of the row position, ascending.
  private var buckets: [Bucket] = []

  private struct Bucket: Sendable {
    var key: UInt32
    var bitmap: RoaringBitmap
  }

  package init() {}

  /// - Parameter rows: not negative; best ascending, for which inserting is one pass.
  package init(rows: some Collection<some BinaryInteger>) { insert(rows) }

  package var cardinality: Int { buckets.reduce(0) { $0 + $1.bitmap.cardinality } }

  /// Negative rows are not inserted.
  package mutating func insert(_ rows: some Collection<some BinaryInteger>) {
    var ascending = rows.map { Int($0) }
    if !zip(ascending, ascending.dropFirst()).allSatisfy({ $0 < $1 }) { ascending = Set(ascending).sorted() }
    var start = ascending.firstIndex { $0 >= 0 } ?? ascending.count
    while start < ascending.count {
      let block = ascending[start] >> 16
      var values: [UInt16] = []
      while start < ascending.count, ascending[start] >> 16 == block {
        values.append(UInt16(truncatingIfNeeded: ascending[start]))
        start += 1
      }
      withBucket(UInt32(block >> 16)) {
        $0.formUnion(RoaringContainer(ascending: values), at: UInt16(truncatingIfNeeded: block))
      }
    }
  }

  private mutating func withBucket(_ key: UInt32, _ body: (inout RoaringBitmap) -> Void) {
    let position = buckets.firstIndex { $0.key >= key } ?? buckets.count
    if position == buckets.count || buckets[position].key != key {
      buckets.insert(Bucket(key: key, bitmap: RoaringBitmap()), at: position)
    }
    body(&buckets[position].bitmap)
  }

  /// The rows within the range, ascending.
  package func rows(in range: Range<Int>) -> [Int] {
    var rows: [Int] = []
    for bucket in buckets {
      for (key, container) in zip(bucket.bitmap.keys, bucket.bitmap.containers) {
        let base = Int(bucket.key) << 32 | Int(key) << 16
        guard base < range.upperBound, base + 65536 > range.lowerBound else { continue }
        container.forEach { value in
          let row = base + Int(value)
          if range.contains(row) { rows.append(row) }
        }
      }
    }
    return rows
  }

  /// All rows, ascending.
  package var rows: [Int] { rows(in: 0..<Int.max) }
}

extension DeletionVector: Equatable {
  /// Equal where the rows are, in whatever form they are held.
  package static func == (a: DeletionVector, b: DeletionVector) -> Bool { a.rows == b.rows }
}

extension DeletionVector {
  private static let magicNumber: UInt32 = 1_681_511_377

  package func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(Self.magicNumber)
    bytes.appendLittleEndian(UInt64(buckets.count))
    for bucket in buckets {
      bytes.appendLittleEndian(bucket.key)
      bucket.bitmap.serialize(into: &bytes)
    }
    return bytes
  }

  /// - Throws: `DeltaError.corruptDeletionVector`.
  package init(serialized bytes: [UInt8]) throws {
    do { try self.init(parsing: bytes) } catch is LittleEndianReader.OutOfBytes {
      throw DeltaError(.corruptDeletionVector, "A deletion vector is cut off.")
    }
  }

  private init(parsing bytes: [UInt8]) throws {
    var reader = LittleEndianReader(bytes[...])
    guard try reader.integer(UInt32.self) == Self.magicNumber else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector does not begin with the magic number.")
    }
    let count = try reader.integer(UInt64.self)
    // A bucket takes twelve bytes at the least.
    guard count <= UInt64(reader.remaining / 12) else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector has more buckets than bytes.")
    }
    for _ in 0..<Int(count) {
      let key = try reader.integer(UInt32.self)
      guard key < 1 << 31, buckets.last.map({ $0.key < key }) ?? true else {
        throw DeltaError(.corruptDeletionVector, "A deletion vector's buckets are out of order.")
      }
      let bitmap = try RoaringBitmap(&reader)
      if !bitmap.keys.isEmpty { buckets.append(Bucket(key: key, bitmap: bitmap)) }
    }
    guard reader.remaining == 0 else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector goes on after its end.")
    }
  }
}
