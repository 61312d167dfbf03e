/// A set of 32-bit numbers: containers by the upper 16 bits. RoaringFormatSpec, "Standard 32-bit Roaring
/// Bitmap".
struct RoaringBitmap: Sendable {
  /// Ascending.
  private(set) var keys: [UInt16] = []
  /// One a key, none of them empty.
  private(set) var containers: [RoaringContainer] = []

  var cardinality: Int { containers.reduce(0) { $0 + $1.cardinality } }

  mutating func formUnion(_ container: RoaringContainer, at key: UInt16) {
    let position = index(of: key)
    if position < keys.count, keys[position] == key {
      containers[position] = containers[position].union(container)
    } else {
      keys.insert(key, at: position)
      containers.insert(container, at: position)
    }
  }

  /// The first position whose key is not below.
  func index(of key: UInt16) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// RoaringFormatSpec, "General layout".
extension RoaringBitmap {
  private static let cookieWithoutRuns: UInt32 = 12346
  private static let cookie: UInt32 = 12347
  private static let offsetThreshold = 4

  func serialize(into bytes: inout [UInt8]) {
    let stored = containers.map(\.stored)
    let hasRuns = stored.contains(where: \.isRuns)
    let start = bytes.count
    if hasRuns {
      bytes.appendLittleEndian(Self.cookie | UInt32(stored.count - 1) << 16)
      var flags = [UInt8](repeating: 0, count: (stored.count + 7) / 8)
      for (index, container) in stored.enumerated() where container.isRuns {
        flags[index / 8] |= 1 << UInt8(index % 8)
      }
      bytes.append(contentsOf: flags)
    } else {
      bytes.appendLittleEndian(Self.cookieWithoutRuns)
      bytes.appendLittleEndian(UInt32(stored.count))
    }
    for (key, container) in zip(keys, stored) {
      bytes.appendLittleEndian(key)
      bytes.appendLittleEndian(UInt16(container.cardinality - 1))
    }
    if !hasRuns || stored.count >= Self.offsetThreshold {
      var offset = bytes.count - start + stored.count * 4
      for container in stored {
        bytes.appendLittleEndian(UInt32(offset))
        offset += container.bytes.count
      }
    }
    for container in stored { bytes.append(contentsOf: container.bytes) }
  }

  init(_ reader: inout LittleEndianReader) throws {
    let cookie = try reader.integer(UInt32.self)
    var flags: [UInt8] = []
    let count: Int
    if cookie & 0xFFFF == Self.cookie {
      count = Int(cookie >> 16) + 1
      flags = Array(try reader.take((count + 7) / 8))
    } else if cookie == Self.cookieWithoutRuns {
      count = Int(try reader.integer(UInt32.self))
    } else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector does not hold a Roaring bitmap.")
    }
    guard count <= 65536 else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector has more blocks than there can be.")
    }
    let header: [UInt16] = try reader.integers(count * 2)
    // The offsets only help to read at random.
    if flags.isEmpty || count >= Self.offsetThreshold { _ = try reader.take(count * 4) }
    for index in 0..<count {
      let key = header[index * 2]
      guard keys.last.map({ $0 < key }) ?? true else {
        throw DeltaError(.corruptDeletionVector, "A deletion vector's blocks are out of order.")
      }
      let isRuns = !flags.isEmpty && flags[index / 8] >> UInt8(index % 8) & 1 == 1
      keys.append(key)
      containers.append(
        try RoaringContainer(&reader, cardinality: Int(header[index * 2 + 1]) + 1, isRuns: isRuns))
    }
  }
}
