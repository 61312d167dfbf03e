/// A hash table from keys to entry numbers: 0, 1, 2 … in the order in which keys are first seen.
///
/// Open addressing with linear probing, at most half full; keys lie column-wise beside the slots, so
/// there is no object a key.
protocol KeyTable: Sendable {
  /// The keys of a run of rows, made ready once a batch.
  associatedtype Keys: Sendable

  /// The entry of a row's key, made where there was none.
  mutating func insert(_ keys: Keys, _ row: Int) -> Int
  /// The entry of a row's key; −1 where there is none.
  func find(_ keys: Keys, _ row: Int) -> Int
  /// 64 well-mixed bits, for filters.
  func hash(_ keys: Keys, _ row: Int) -> UInt64
}

/// The slots of a `KeyTable`: 0 is free, n + 1 is entry n.
struct KeySlots: Sendable {
  private(set) var slots: [UInt32]
  private(set) var shift: UInt64

  init(bits: UInt64 = 10) {
    slots = [UInt32](repeating: 0, count: 1 << Int(bits))
    shift = 64 - bits
  }

  @inline(__always) var mask: Int { slots.count &- 1 }
  @inline(__always) func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> shift) }
  @inline(__always) func isFull(_ count: Int) -> Bool { count &* 2 >= slots.count }

  @inline(__always) subscript(slot: Int) -> UInt32 {
    get { slots[slot] }
    set { slots[slot] = newValue }
  }

  /// Doubles, and puts every entry back by its hash.
  mutating func grow(_ count: Int, _ hash: (Int) -> UInt64) {
    self = KeySlots(bits: 65 - shift)
    for entry in 0..<count {
      var slot = home(hash(entry))
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: entry &+ 1)
    }
  }
}

/// Mixes all bits into the high ones, which choose the slot (Fibonacci hashing, Knuth vol. 3, 6.4).
@inline(__always) func mixed(_ value: UInt64) -> UInt64 {
  let folded = (value ^ (value >> 32)) &* 0x9E37_79B9_7F4A_7C15
  return (folded ^ (folded >> 29)) &* 0xBF58_476D_1CE4_E5B9
}
