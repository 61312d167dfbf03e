// Dictionaries of fixed-width values. Few distinct values in a small range are found by marking them in a
// table of the range, which also sorts them; others by an open-addressing hash table that stays in the L2
// cache.

/// Fixed-width values compared by their bits (so NaNs and both zeros keep their identity).
protocol DictionaryKey: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
  /// Well mixed in its high bits.
  var dictionaryHash: UInt64 { get }
}

extension UInt32: DictionaryKey {
  @inline(__always) var dictionaryHash: UInt64 { UInt64(self) &* 0x9E37_79B9_7F4A_7C15 }
}

extension UInt64: DictionaryKey {
  @inline(__always) var dictionaryHash: UInt64 { (self ^ (self >> 32)) &* 0x9E37_79B9_7F4A_7C15 }
}

extension UInt128: DictionaryKey {
  @inline(__always) var dictionaryHash: UInt64 {
    let low = UInt64(truncatingIfNeeded: self)
    let high = UInt64(truncatingIfNeeded: self >> 64)
    return (low ^ (high &* 0xC2B2_AE3D_27D4_EB4F) ^ (low >> 32)) &* 0x9E37_79B9_7F4A_7C15
  }
}

/// Memory of the dictionaries; one in each writer.
struct DictionaryScratch: ~Copyable {
  /// One index a value, and 8 readable ones behind.
  var codes = ScratchArray<UInt32>()
  var table = ScratchArray<UInt32>()
  var marks = ScratchArray<UInt8>()
  /// The dictionary page's bytes.
  var page = ByteBuffer()
  /// Where each entry of a string dictionary begins in the view, and its key.
  var entries = ScratchArray<StringEntry>()
}

extension DictionaryScratch {
  /// The widest range that is marked in a table.
  static var directRange: Int { 1 << 16 }

  /// Marks which of `least...least + range` occur and returns how many do.
  mutating func markRange<Value: DeltaPackable>(
    _ values: UnsafePointer<Value>, count: Int, least: Value, range: Int
  ) -> Int {
    let marks = unsafe marks.memory(range + 1)
    unsafe marks.update(repeating: 0, count: range + 1)
    for index in 0..<count { unsafe marks[Int(truncatingIfNeeded: values[index] &- least)] = 1 }
    var distinct = 0
    for index in 0...range { distinct += unsafe Int(marks[index]) }
    return distinct
  }

  /// After `markRange`: the dictionary in ascending order, and each value's index.
  mutating func encodeMarked<Value: DeltaPackable>(
    _ values: UnsafePointer<Value>, count: Int, least: Value, range: Int
  ) {
    let marks = unsafe marks.memory(range + 1)
    let table = unsafe table.memory(range + 1)
    page.removeAll()
    var next: UInt32 = 0
    for offset in 0...range {
      unsafe table[offset] = next
      if unsafe marks[offset] != 0 {
        var value = least &+ Value(truncatingIfNeeded: offset)
        unsafe page.appendPlain(&value, count: 1)
        next += 1
      }
    }
    let codes = unsafe codes.memory(count + 8)
    for index in 0..<count {
      unsafe codes[index] = table[Int(truncatingIfNeeded: values[index] &- least)]
    }
    unsafe (codes + count).update(repeating: 0, count: 8)
  }

  /// Gives each value the index of its first occurrence among `limit` distinct ones, and fills `page`; nil,
  /// with nothing of use left behind, where there are more. Looks at every `step`th value only.
  mutating func encodeHashed<Key: DictionaryKey>(
    _ values: UnsafePointer<Key>, count: Int, step: Int = 1, limit: Int
  ) -> Int? {
    var bits = 10
    let codes = unsafe codes.memory(count + 8)
    let size = MemoryLayout<Key>.size
    page.removeAll()
    var keys = unsafe page.reserve(limit * size).assumingMemoryBound(to: Key.self)
    var table = unsafe table.memory(1 << bits)
    unsafe table.update(repeating: 0, count: 1 << bits)
    var shift = UInt64(64 - bits)
    var mask = 1 << bits - 1
    var distinct = 0
    var index = 0
    while index < count {
      let key = unsafe values[index]
      var slot = Int(truncatingIfNeeded: key.dictionaryHash &>> shift)
      while true {
        let entry = unsafe Int(table[slot])
        if entry == 0 {
          guard distinct < limit else { return nil }
          unsafe keys[distinct] = key
          distinct += 1
          unsafe table[slot] = UInt32(truncatingIfNeeded: distinct)
          unsafe codes[index] = UInt32(truncatingIfNeeded: distinct &- 1)
          if distinct * 2 > mask {
            bits += 2
            shift = UInt64(64 - bits)
            mask = 1 << bits - 1
            unsafe table = self.table.memory(1 << bits)
            unsafe Self.rehash(keys, count: distinct, table, mask, shift)
          }
          break
        }
        if unsafe keys[entry &- 1] == key {
          unsafe codes[index] = UInt32(truncatingIfNeeded: entry &- 1)
          break
        }
        slot = (slot &+ 1) & mask
      }
      index &+= step
    }
    unsafe keys = page.reserve(0).assumingMemoryBound(to: Key.self)
    page.advance(by: distinct * size)
    unsafe (codes + count).update(repeating: 0, count: 8)
    return distinct
  }

  private static func rehash<Key: DictionaryKey>(
    _ keys: UnsafePointer<Key>, count: Int, _ table: UnsafeMutablePointer<UInt32>, _ mask: Int,
    _ shift: UInt64
  ) {
    unsafe table.update(repeating: 0, count: mask + 1)
    for entry in 0..<count {
      var slot = unsafe Int(truncatingIfNeeded: keys[entry].dictionaryHash &>> shift)
      while unsafe table[slot] != 0 { slot = (slot &+ 1) & mask }
      unsafe table[slot] = UInt32(truncatingIfNeeded: entry &+ 1)
    }
  }

  /// Whether a sample of the values has so many distinct ones that hashing them all would be wasted.
  mutating func looksUnique<Key: DictionaryKey>(_ values: UnsafePointer<Key>, count: Int) -> Bool {
    let samples = 1024
    guard count >= samples * 4 else { return false }
    // An odd step does not fall in with regular patterns.
    let step = count / samples | 1
    let seen = (count + step - 1) / step
    return unsafe encodeHashed(values, count: count, step: step, limit: seen * 9 / 10) == nil
  }
}
