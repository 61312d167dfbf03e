/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same numbers on every machine for a seed.
///
/// Each row of the store has a generator of its own, seeded by (seed, table, row), so any row can be made without
/// those before it: an invoice and its lines agree though they are made apart.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, stream: UInt64 = 0, row: Int = 0) {
    state = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* (stream &+ 1))
    state = Self.mix(state ^ UInt64(bitPattern: Int64(row)) &* 0xD6E8_FEB8_6659_FD93)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In `0..<bound`, by the high word of a product: no division, and the bias is far below what a demo shows.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// In `0..<bound`, the small ones more often: few artists sell most.
  mutating func skewed(below bound: Int) -> Int {
    let unit = Double(next() >> 11) * 0x1p-53
    return min(Int(unit * unit * Double(bound)), bound - 1)
  }
}
