/// The fast path: keys of one column that is an integer, a date, a timestamp or a decimal up to 18 digits.
struct IntegerKeyTable: KeyTable {
  private(set) var keys: [Int64] = []
  private var slots = KeySlots()

  var count: Int { keys.count }

  @inline(__always)
  mutating func insert(_ source: [Int64], _ row: Int) -> Int {
    let key = source[row]
    let hash = mixed(UInt64(bitPattern: key))
    var slot = slots.home(hash)
    while true {
      let stored = slots[slot]
      if stored == 0 { return add(key, hash, slot) }
      let entry = Int(stored) &- 1
      if keys[entry] == key { return entry }
      slot = (slot &+ 1) & slots.mask
    }
  }

  private mutating func add(_ key: Int64, _ hash: UInt64, _ slot: Int) -> Int {
    let entry = keys.count
    keys.append(key)
    slots[slot] = UInt32(truncatingIfNeeded: entry &+ 1)
    if slots.isFull(keys.count) {
      let keys = keys
      slots.grow(keys.count) { mixed(UInt64(bitPattern: keys[$0])) }
    }
    return entry
  }

  @inline(__always)
  func find(_ source: [Int64], _ row: Int) -> Int {
    let key = source[row]
    var slot = slots.home(mixed(UInt64(bitPattern: key)))
    while true {
      let stored = slots[slot]
      if stored == 0 { return -1 }
      if keys[Int(stored) &- 1] == key { return Int(stored) &- 1 }
      slot = (slot &+ 1) & slots.mask
    }
  }

  @inline(__always)
  func hash(_ source: [Int64], _ row: Int) -> UInt64 { mixed(UInt64(bitPattern: source[row])) }

  func hash(ofEntry entry: Int) -> UInt64 { mixed(UInt64(bitPattern: keys[entry])) }
}
