// RLE/bit-packing hybrid (Encodings.md "RLE"): levels and dictionary indices.

extension ByteBuffer {
  /// Appends the values, each below 2^width, without a length before them. The source needs 8 readable values
  /// behind its last: a bit-packed run is padded to a multiple of 8 with what stands there, which readers
  /// pass over.
  mutating func appendRunLength(_ values: UnsafePointer<UInt32>, count: Int, width: Int) {
    guard count > 0 else { return }
    // Looking for runs pays where most values repeat; few distinct random values repeat often, but not for
    // long.
    if unsafe repeats(values, count: count) < count / 4 * 3 {
      unsafe appendBitPacked(values, count: count, width: width)
      return
    }
    var literal = 0  // where the values begin that no run has taken yet
    var position = 0
    while position < count {
      let length = unsafe runLength(values + position, limit: count - position)
      // A bit-packed run in the middle must have a multiple of 8 values: it takes them from this run.
      let borrowed = (8 - (position - literal) & 7) & 7
      if length >= borrowed + 8 {
        let end = position + borrowed
        if end > literal {
          unsafe appendBitPacked(values + literal, count: end - literal, width: width)
        }
        unsafe appendRun(of: values[position], count: length - borrowed, width: width)
        literal = position + length
      }
      position += length
    }
    if literal < count { unsafe appendBitPacked(values + literal, count: count - literal, width: width) }
  }

  /// `rle-run`: a header and the value, in as many bytes as the width needs.
  mutating func appendRun(of value: UInt32, count: Int, width: Int) {
    append(varint: UInt64(count) << 1)
    var rest = value
    for _ in 0..<(width + 7) / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// `bit-packed-run`
  private mutating func appendBitPacked(_ values: UnsafePointer<UInt32>, count: Int, width: Int) {
    let groups = (count + 7) / 8
    append(varint: UInt64(groups) << 1 | 1)
    let target = unsafe reserve(groups * width)
    let length = unsafe packBits(values, count: groups * 8, width: width, to: target)
    advance(by: length)
  }

  /// How many values equal the one before them.
  private func repeats(_ values: UnsafePointer<UInt32>, count: Int) -> Int {
    var result = 0
    for index in 1..<max(count, 1) where unsafe values[index] == values[index - 1] { result += 1 }
    return result
  }

  @inline(__always)
  private func runLength(_ values: UnsafePointer<UInt32>, limit: Int) -> Int {
    let value = unsafe values[0]
    var length = 1
    while unsafe length < limit && values[length] == value { length += 1 }
    return length
  }
}

extension ByteBuffer {
  /// The bits `range` of a bitmap as levels of width 1: a validity bitmap *is* a bit-packed run.
  mutating func appendRunLength(bits words: UnsafePointer<UInt64>, range: Range<Int>, ones: Int) {
    guard !range.isEmpty else { return }
    if ones == 0 || ones == range.count {
      appendRun(of: ones == 0 ? 0 : 1, count: range.count, width: 1)
      return
    }
    let groups = (range.count + 7) / 8
    append(varint: UInt64(groups) << 1 | 1)
    let target = unsafe reserve(groups + 8)
    let lastWord = (range.upperBound - 1) >> 6
    var written = 0
    while written < groups {
      let bit = range.lowerBound + written * 8
      let shift = UInt64(bit & 63)
      var word = unsafe words[bit >> 6] >> shift
      if shift > 0, bit >> 6 < lastWord { word |= unsafe words[(bit >> 6) + 1] << (64 - shift) }
      unsafe target.storeBytes(of: word.littleEndian, toByteOffset: written, as: UInt64.self)
      written += 8
    }
    advance(by: groups)
  }
}
