// DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY and BYTE_STREAM_SPLIT (Encodings.md), decoded.

import CDCCore

extension DecodedValues {
  /// What `pickStrings` may read over a dictionary's last entry.
  static let stringPadding = 8

  /// Makes the strings a dictionary.
  mutating func padStrings() { strings.bytes.append(contentsOf: repeatElement(0, count: Self.stringPadding)) }

  /// Appends the dictionary's entries that the codes name.
  mutating func pickStrings(
    _ source: ByteStrings, _ codes: UnsafePointer<UInt32>, _ more: Int
  ) throws(ParquetFormatError) {
    let first = strings.bytes.count
    let firstOffset = strings.offsets.count
    var total = 0
    for index in 0..<more {
      let entry = unsafe Int(codes[index])
      total += Int(source.offsets[entry + 1] - source.offsets[entry])
    }
    guard first + total <= Int(Int32.max) - Self.stringPadding else {
      throw .unsupported("a row group with more than 2 GiB in one column")
    }
    let needed = first + total + Self.stringPadding
    if needed > strings.bytes.capacity {
      strings.bytes.reserveCapacity(max(needed, strings.bytes.capacity * 2))
    }
    strings.bytes.append(contentsOf: repeatElement(0, count: total + Self.stringPadding))
    strings.offsets.append(contentsOf: repeatElement(0, count: more))
    unsafe source.bytes.withUnsafeBytes { bytes in
      unsafe source.offsets.withUnsafeBufferPointer { entries in
        unsafe strings.bytes.withUnsafeMutableBytes { target in
          unsafe strings.offsets.withUnsafeMutableBufferPointer { offsets in
            guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
            var position = first
            for index in 0..<more {
              let entry = unsafe Int(codes[index])
              let start = unsafe Int(entries[entry])
              let length = unsafe Int(entries[entry + 1]) - start
              if length <= Self.stringPadding {
                let word = unsafe from.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                unsafe to.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
              } else {
                unsafe (to + position).copyMemory(from: from + start, byteCount: length)
              }
              position += length
              unsafe offsets[firstOffset + index] = Int32(truncatingIfNeeded: position)
            }
          }
        }
      }
    }
    strings.bytes.removeLast(Self.stringPadding)
  }

  /// DELTA_LENGTH_BYTE_ARRAY. `lengths` has room for `more` values.
  mutating func appendDeltaLength(
    _ page: inout PageBytes, count more: Int, _ lengths: UnsafeMutablePointer<Int32>
  ) throws(ParquetFormatError) {
    try unsafe page.decodeDeltaBinaryPacked(count: more, to: lengths)
    guard kind == .bytes else {
      for index in 0..<more {
        let bytes = try unsafe page.take(Int(lengths[index]))
        try unsafe appendBytes(bytes.position, bytes.count)
      }
      return
    }
    // The bytes lie as a byte-strings vector wants them: one copy for all.
    var total = 0
    for index in 0..<more {
      guard unsafe lengths[index] >= 0 else { throw .corrupt("a negative length") }
      total += unsafe Int(lengths[index])
    }
    let bytes = try unsafe page.take(total)
    guard strings.bytes.count + total <= Int32.max else {
      throw .unsupported("a row group with more than 2 GiB in one column")
    }
    var end = Int32(strings.bytes.count)
    let firstOffset = strings.offsets.count
    strings.offsets.append(contentsOf: repeatElement(0, count: more))
    unsafe strings.offsets.withUnsafeMutableBufferPointer {
      for index in 0..<more {
        end &+= unsafe lengths[index]
        unsafe $0[firstOffset + index] = end
      }
    }
    unsafe strings.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes.position, count: total))
    addCount(more)
  }

  /// DELTA_BYTE_ARRAY: how much of the value before, and what follows it.
  mutating func appendDeltaByteArray(
    _ page: inout PageBytes, count more: Int, _ lengths: UnsafeMutablePointer<Int32>,
    _ prefixes: UnsafeMutablePointer<Int32>
  ) throws(ParquetFormatError) {
    try unsafe page.decodeDeltaBinaryPacked(count: more, to: prefixes)
    try unsafe page.decodeDeltaBinaryPacked(count: more, to: lengths)
    var value: [UInt8] = []
    for index in 0..<more {
      let kept = unsafe Int(prefixes[index])
      guard kept >= 0, kept <= value.count else { throw .corrupt("a prefix longer than the value before") }
      let rest = try unsafe page.take(Int(lengths[index]))
      value.removeLast(value.count - kept)
      unsafe value.append(contentsOf: UnsafeRawBufferPointer(start: rest.position, count: rest.count))
      let result = unsafe value.withUnsafeBytes { bytes -> ParquetFormatError? in
        do throws(ParquetFormatError) {
          // An empty array may have no address; nothing is read at the page's position then.
          try unsafe appendBytes(bytes.baseAddress ?? rest.position, bytes.count)
          return nil
        } catch {
          return error
        }
      }
      if let result { throw result }
    }
  }

  /// BYTE_STREAM_SPLIT: all first bytes, then all second bytes, and so on.
  mutating func appendByteStreamSplit(
    _ page: inout PageBytes, count more: Int
  ) throws(ParquetFormatError) {
    let width =
      switch kind {
      case .int32, .float: 4
      case .int64, .double: 8
      default: typeLength
      }
    guard width > 0 else { throw .corrupt("BYTE_STREAM_SPLIT for a type without fixed width") }
    let (size, overflow) = more.multipliedReportingOverflow(by: width)
    guard !overflow else { throw .corrupt("a page with an impossible count") }
    let streams = try unsafe page.take(size)
    var joined = ByteBuffer(capacity: size)
    let target = unsafe joined.reserve(size)
    for index in 0..<more {
      for byte in 0..<width {
        let value = unsafe streams.position.load(fromByteOffset: byte * more + index, as: UInt8.self)
        unsafe target.storeBytes(of: value, toByteOffset: index * width + byte, as: UInt8.self)
      }
    }
    var bytes = unsafe PageBytes(target, count: size)
    try unsafe appendPlain(&bytes, count: more)
  }
}
