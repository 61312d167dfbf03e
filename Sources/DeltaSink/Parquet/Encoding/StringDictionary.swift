// Dictionaries of byte strings: an open-addressing table keyed by first bytes and length, so that most
// strings are compared without touching their bytes twice.

struct StringEntry: BitwiseCopyable {
  var prefix: UInt64
  var length: Int32
  /// The row of its first occurrence.
  var row: Int32
}

extension DictionaryScratch {
  /// As `encodeHashed`, for byte strings. `byteLimit` bounds the dictionary page.
  mutating func encodeStrings(
    _ values: ByteArrayView, count: Int, step: Int = 1, limit: Int, byteLimit: Int
  ) -> Int? {
    var bits = 10
    let codes = unsafe codes.memory(count + 8)
    let entries = unsafe entries.memory(limit)
    var table = unsafe table.memory(1 << bits)
    unsafe table.update(repeating: 0, count: 1 << bits)
    var shift = UInt64(64 - bits)
    var mask = 1 << bits - 1
    var distinct = 0
    var byteCount = 0
    var index = 0
    while index < count {
      let length = unsafe values.length(index)
      let prefix = unsafe values.prefix(index)
      var slot = unsafe Int(truncatingIfNeeded: Self.hash(values, index, prefix, length) &>> shift)
      while true {
        let found = unsafe Int(table[slot])
        if found == 0 {
          byteCount += length + 4
          guard distinct < limit, byteCount <= byteLimit else { return nil }
          unsafe entries[distinct] = StringEntry(
            prefix: prefix, length: Int32(truncatingIfNeeded: length), row: Int32(truncatingIfNeeded: index))
          distinct += 1
          unsafe table[slot] = UInt32(truncatingIfNeeded: distinct)
          unsafe codes[index] = UInt32(truncatingIfNeeded: distinct &- 1)
          if distinct * 2 > mask {
            bits += 2
            shift = UInt64(64 - bits)
            mask = 1 << bits - 1
            unsafe table = self.table.memory(1 << bits)
            unsafe Self.rehash(values, entries, count: distinct, table, mask, shift)
          }
          break
        }
        let entry = unsafe entries[found &- 1]
        if entry.prefix == prefix, Int(entry.length) == length,
          unsafe length <= 8 || Self.haveSameRest(values, index, Int(entry.row), length)
        {
          unsafe codes[index] = UInt32(truncatingIfNeeded: found &- 1)
          break
        }
        slot = (slot &+ 1) & mask
      }
      index &+= step
    }
    unsafe (codes + count).update(repeating: 0, count: 8)
    page.removeAll()
    for entry in 0..<distinct {
      unsafe page.appendPlain(byteArrays: values.dropFirst(Int(entries[entry].row)), count: 1)
    }
    return distinct
  }

  /// Whether a sample of the strings has so many distinct ones that a dictionary cannot pay.
  mutating func looksUnique(_ values: ByteArrayView, count: Int) -> Bool {
    let samples = 1024
    guard count >= samples * 4 else { return false }
    let step = count / samples | 1
    let seen = (count + step - 1) / step
    return unsafe encodeStrings(values, count: count, step: step, limit: seen * 9 / 10, byteLimit: 1 << 20)
      == nil
  }

  private static func rehash(
    _ values: ByteArrayView, _ entries: UnsafePointer<StringEntry>, count: Int,
    _ table: UnsafeMutablePointer<UInt32>, _ mask: Int, _ shift: UInt64
  ) {
    unsafe table.update(repeating: 0, count: mask + 1)
    for index in 0..<count {
      let entry = unsafe entries[index]
      let hash = unsafe hash(values, Int(entry.row), entry.prefix, Int(entry.length))
      var slot = Int(truncatingIfNeeded: hash &>> shift)
      while unsafe table[slot] != 0 { slot = (slot &+ 1) & mask }
      unsafe table[slot] = UInt32(truncatingIfNeeded: index &+ 1)
    }
  }

  @inline(__always)
  private static func hash(
    _ values: ByteArrayView, _ index: Int, _ prefix: UInt64, _ length: Int
  ) -> UInt64 {
    var hash = (prefix ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15
    if length > 8 { hash = unsafe hashRest(values, index, length, hash) }
    return (hash ^ (hash >> 29)) &* 0xC2B2_AE3D_27D4_EB4F
  }

  /// Mixes in what follows the first 8 bytes, in whole words of which the last may overlap.
  private static func hashRest(
    _ values: ByteArrayView, _ index: Int, _ length: Int, _ seed: UInt64
  ) -> UInt64 {
    let start = unsafe values.bytes + Int(values.starts[index])
    var hash = seed
    var offset = 8
    while offset < length {
      let position = min(offset, length - 8)
      let word = unsafe start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      hash = ((hash ^ word) &* 0x9E37_79B9_7F4A_7C15) ^ (hash >> 31)
      offset += 8
    }
    return hash
  }

  @inline(__always)
  private static func haveSameRest(_ values: ByteArrayView, _ left: Int, _ right: Int, _ length: Int) -> Bool
  {
    let left = unsafe values.bytes + Int(values.starts[left])
    let right = unsafe values.bytes + Int(values.starts[right])
    var offset = 8
    while offset < length {
      let position = min(offset, length - 8)
      if unsafe left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        != right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      {
        return false
      }
      offset += 8
    }
    return true
  }
}
