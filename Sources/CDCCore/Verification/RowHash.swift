/// Hashing of rows, a column at a time: the round and the avalanche of xxHash64 (Collet, "xxHash fast digest
/// algorithm", doc/xxhash_spec.md). Not meant against forgery; 128 bits of key and 64 of row leave no accident.
enum RowHash {
  static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  /// Stands for null: as likely as any other 64-bit value, so not.
  static let null: UInt64 = 0x4CF5_AD43_2745_937F

  @inline(__always)
  static func round(_ state: UInt64, _ value: UInt64) -> UInt64 {
    let sum = state &+ value &* prime2
    return (sum << 31 | sum >> 33) &* prime1
  }

  @inline(__always)
  static func avalanche(_ state: UInt64) -> UInt64 {
    var hash = state
    hash = (hash ^ hash >> 33) &* prime2
    hash = (hash ^ hash >> 29) &* prime3
    return hash ^ hash >> 32
  }

  @inline(__always)
  static func bytes(_ state: UInt64, _ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    var state = round(state, UInt64(range.count))
    var offset = range.lowerBound
    while offset &+ 8 <= range.upperBound {
      state = round(state, unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    guard offset < range.upperBound else { return state }
    var tail: UInt64 = 0
    while offset < range.upperBound {
      tail = tail << 8 | UInt64(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
      offset &+= 1
    }
    return round(state, tail)
  }
}
