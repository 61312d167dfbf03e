/// The general path: any key, as the bytes that `KeyBytes` makes of its columns, compared byte for byte.
struct ByteKeyTable: KeyTable {
  /// Entry n is `bytes[offsets[n]..<offsets[n + 1]]`; wider than `ByteStrings`, whose offsets end at 2 GB.
  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [Int] = [0]
  private var hashes: [UInt64] = []
  private var slots = KeySlots()

  var count: Int { hashes.count }

  func key(_ entry: Int) -> ArraySlice<UInt8> { bytes[offsets[entry]..<offsets[entry + 1]] }

  @inline(__always)
  mutating func insert(_ source: ByteStrings, _ row: Int) -> Int {
    let start = Int(source.offsets[row])
    let end = Int(source.offsets[row + 1])
    let hash = hashed(source.bytes, start, end)
    var slot = slots.home(hash)
    while true {
      let stored = slots[slot]
      if stored == 0 { return add(source.bytes[start..<end], hash, slot) }
      let entry = Int(stored) &- 1
      if hashes[entry] == hash && isEqual(entry, source.bytes, start, end) { return entry }
      slot = (slot &+ 1) & slots.mask
    }
  }

  private mutating func add(_ key: ArraySlice<UInt8>, _ hash: UInt64, _ slot: Int) -> Int {
    let entry = hashes.count
    bytes.append(contentsOf: key)
    offsets.append(bytes.count)
    hashes.append(hash)
    slots[slot] = UInt32(truncatingIfNeeded: entry &+ 1)
    if slots.isFull(hashes.count) {
      let hashes = hashes
      slots.grow(hashes.count) { hashes[$0] }
    }
    return entry
  }

  @inline(__always)
  func find(_ source: ByteStrings, _ row: Int) -> Int {
    let start = Int(source.offsets[row])
    let end = Int(source.offsets[row + 1])
    let hash = hashed(source.bytes, start, end)
    var slot = slots.home(hash)
    while true {
      let stored = slots[slot]
      if stored == 0 { return -1 }
      let entry = Int(stored) &- 1
      if hashes[entry] == hash && isEqual(entry, source.bytes, start, end) { return entry }
      slot = (slot &+ 1) & slots.mask
    }
  }

  @inline(__always)
  func hash(_ source: ByteStrings, _ row: Int) -> UInt64 {
    hashed(source.bytes, Int(source.offsets[row]), Int(source.offsets[row + 1]))
  }

  func hash(ofEntry entry: Int) -> UInt64 { hashes[entry] }

  @inline(__always)
  private func isEqual(_ entry: Int, _ other: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let own = offsets[entry]
    guard offsets[entry + 1] &- own == end &- start else { return false }
    for index in 0..<(end &- start) where bytes[own &+ index] != other[start &+ index] { return false }
    return true
  }
}

/// Eight bytes a step; the length goes in first, so that trailing zeros count.
@inline(__always)
private func hashed(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
  let span = unsafe bytes.span.bytes
  var hash = mixed(UInt64(truncatingIfNeeded: end &- start))
  var at = start
  while at &+ 8 <= end {
    let word = unsafe span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
    hash = mixed(hash ^ word)
    at &+= 8
  }
  var rest: UInt64 = 0
  while at < end {
    rest = rest << 8 | UInt64(bytes[at])
    at &+= 1
  }
  return mixed(hash ^ rest)
}
