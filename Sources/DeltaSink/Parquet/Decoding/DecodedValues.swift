// The present values of a chunk, or the entries of its dictionary, as they come out of the pages.

import CDCCore

/// Arrays of one physical type, sized once; `count` of their places are filled.
struct DecodedValues {
  enum Kind: Sendable {
    case boolean, int32, int64, float, double
    /// BYTE_ARRAY, and FIXED_LEN_BYTE_ARRAY that is no decimal
    case bytes
    /// Decimals stored as bytes
    case decimalBytes
    /// INT96, as microseconds
    case int96
  }

  let kind: Kind
  let typeLength: Int
  private(set) var count = 0
  var boolean: [Bool] = []
  var int32: [Int32] = []
  var int64: [Int64] = []
  var float: [Float] = []
  var double: [Double] = []
  var int128: [Int128] = []
  /// `offsets` has one entry more than there are values.
  var strings = ByteStrings()

  /// - Parameter capacity: how many values may come.
  init(_ leaf: ReadLeaf, capacity: Int) {
    typeLength = leaf.physicalType == .fixedLenByteArray ? leaf.typeLength : 0
    switch leaf.physicalType {
    case .boolean:
      kind = .boolean
      boolean = [Bool](repeating: false, count: capacity)
    case .int32:
      kind = .int32
      int32 = [Int32](repeating: 0, count: capacity)
    case .int64:
      kind = .int64
      int64 = [Int64](repeating: 0, count: capacity)
    case .float:
      kind = .float
      float = [Float](repeating: 0, count: capacity)
    case .double:
      kind = .double
      double = [Double](repeating: 0, count: capacity)
    case .int96:
      kind = .int96
      int64 = [Int64](repeating: 0, count: capacity)
    case .byteArray, .fixedLenByteArray:
      kind = leaf.conversion == .decimalBytes ? .decimalBytes : .bytes
      if kind == .decimalBytes {
        int128 = [Int128](repeating: 0, count: capacity)
      } else {
        strings.offsets.reserveCapacity(capacity + 1)
      }
    }
  }
}

extension DecodedValues {
  /// PLAIN
  mutating func appendPlain(_ page: inout PageBytes, count more: Int) throws(ParquetFormatError) {
    switch kind {
    case .boolean:
      let bits = try unsafe page.take((more + 7) / 8)
      for index in 0..<more {
        let byte = unsafe bits.position.load(fromByteOffset: index >> 3, as: UInt8.self)
        boolean[count + index] = byte >> UInt8(index & 7) & 1 == 1
      }
    case .int32: try unsafe Self.copy(&page, more, to: &int32, at: count)
    case .int64: try unsafe Self.copy(&page, more, to: &int64, at: count)
    case .float: try unsafe Self.copy(&page, more, to: &float, at: count)
    case .double: try unsafe Self.copy(&page, more, to: &double, at: count)
    case .int96:
      let bytes = try unsafe page.take(try Self.size(more, 12))
      for index in 0..<more { int64[count + index] = unsafe Self.micros(int96: bytes.position + index * 12) }
    case .bytes where typeLength > 0:
      let bytes = try unsafe page.take(try Self.size(more, typeLength))
      for index in 0..<more { try unsafe appendString(bytes.position + index * typeLength, typeLength) }
    case .bytes:
      for _ in 0..<more {
        let length = try unsafe page.uint32()
        let bytes = try unsafe page.take(length)
        try unsafe appendString(bytes.position, length)
      }
    case .decimalBytes:
      for index in 0..<more {
        let length = typeLength > 0 ? typeLength : try unsafe page.uint32()
        let bytes = try unsafe page.take(length)
        int128[count + index] = try unsafe Self.bigEndian(bytes.position, length)
      }
    }
    count += more
  }

  /// RLE_DICTIONARY and PLAIN_DICTIONARY: `codes` are indices into `dictionary`.
  mutating func append(
    _ codes: UnsafePointer<UInt32>, count more: Int, of dictionary: DecodedValues
  ) throws(ParquetFormatError) {
    var greatest: UInt32 = 0
    for index in 0..<more { greatest = unsafe max(greatest, codes[index]) }
    guard more == 0 || Int(greatest) < dictionary.count else {
      throw .corrupt("an index points outside of the dictionary")
    }
    switch kind {
    case .boolean: unsafe Self.pick(dictionary.boolean, codes, more, to: &boolean, at: count)
    case .int32: unsafe Self.pick(dictionary.int32, codes, more, to: &int32, at: count)
    case .int64, .int96: unsafe Self.pick(dictionary.int64, codes, more, to: &int64, at: count)
    case .float: unsafe Self.pick(dictionary.float, codes, more, to: &float, at: count)
    case .double: unsafe Self.pick(dictionary.double, codes, more, to: &double, at: count)
    case .decimalBytes: unsafe Self.pick(dictionary.int128, codes, more, to: &int128, at: count)
    case .bytes: try unsafe pickStrings(dictionary.strings, codes, more)
    }
    count += more
  }

  /// DELTA_BINARY_PACKED
  mutating func appendDelta(_ page: inout PageBytes, count more: Int) throws(ParquetFormatError) {
    switch kind {
    case .int32: try unsafe Self.delta(&page, more, to: &int32, at: count)
    case .int64: try unsafe Self.delta(&page, more, to: &int64, at: count)
    default: throw .corrupt("DELTA_BINARY_PACKED for a type that is no integer")
    }
    count += more
  }

  /// RLE booleans, with their length before them.
  mutating func appendRunLengthBooleans(
    _ page: inout PageBytes, count more: Int, _ codes: UnsafeMutablePointer<UInt32>
  ) throws(ParquetFormatError) {
    guard kind == .boolean else { throw .corrupt("RLE for a type that is no boolean") }
    let length = try unsafe page.uint32()
    var stream = try unsafe page.take(length)
    try unsafe stream.decodeRunLength(width: 1, count: more, to: codes)
    for index in 0..<more { boolean[count + index] = unsafe codes[index] == 1 }
    count += more
  }

  mutating func addCount(_ more: Int) { count += more }

  /// One value of the byte-array encodings.
  mutating func appendBytes(
    _ start: UnsafeRawPointer, _ length: Int
  ) throws(ParquetFormatError) {
    switch kind {
    case .bytes: try unsafe appendString(start, length)
    case .decimalBytes: int128[count] = try unsafe Self.bigEndian(start, length)
    default: throw .corrupt("a byte-array encoding for another type")
    }
    count += 1
  }

  private mutating func appendString(
    _ start: UnsafeRawPointer, _ length: Int
  ) throws(ParquetFormatError) {
    guard strings.bytes.count + length <= Int32.max else {
      throw .unsupported("a row group with more than 2 GiB in one column")
    }
    unsafe strings.bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length))
    strings.offsets.append(Int32(strings.bytes.count))
  }

  private static func size(_ count: Int, _ each: Int) throws(ParquetFormatError) -> Int {
    let (size, overflow) = count.multipliedReportingOverflow(by: each)
    guard !overflow else { throw .corrupt("a page with an impossible count") }
    return size
  }

  private static func copy<Value: BitwiseCopyable>(
    _ page: inout PageBytes, _ count: Int, to target: inout [Value], at offset: Int
  ) throws(ParquetFormatError) {
    let bytes = try unsafe page.take(try size(count, MemoryLayout<Value>.size))
    guard count > 0 else { return }
    unsafe target.withUnsafeMutableBytes { memory in
      let start = offset * MemoryLayout<Value>.stride
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start...]).copyMemory(
        from: UnsafeRawBufferPointer(start: bytes.position, count: count * MemoryLayout<Value>.size))
    }
  }

  @inline(__always)
  private static func pick<Value: BitwiseCopyable>(
    _ source: [Value], _ codes: UnsafePointer<UInt32>, _ count: Int, to target: inout [Value], at offset: Int
  ) {
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for index in 0..<count { unsafe to[offset &+ index] = from[Int(codes[index])] }
      }
    }
  }

  private static func delta<Value: DeltaUnpackable>(
    _ page: inout PageBytes, _ count: Int, to target: inout [Value], at offset: Int
  ) throws(ParquetFormatError) {
    guard !target.isEmpty else { return }
    try unsafe target.withUnsafeMutableBufferPointer { (memory) throws(ParquetFormatError) in
      guard let start = memory.baseAddress else { return }
      try unsafe page.decodeDeltaBinaryPacked(count: count, to: start + offset)
    }
  }

  private static func bigEndian(
    _ start: UnsafeRawPointer, _ length: Int
  ) throws(ParquetFormatError) -> Int128 {
    guard length > 0 else { return 0 }
    var value: Int128 = unsafe start.load(as: Int8.self) < 0 ? -1 : 0
    for index in 0..<length {
      let byte = unsafe start.load(fromByteOffset: index, as: UInt8.self)
      if index < length - 16, byte != (value < 0 ? 0xFF : 0) {
        throw .unsupported("a decimal that does not fit into 38 digits")
      }
      value = value << 8 | Int128(byte)
    }
    return value
  }

  /// Nanoseconds of the day, then the Julian day; day 2440588 is 1970-01-01.
  private static func micros(int96 start: UnsafeRawPointer) -> Int64 {
    let nanos = unsafe Int64(littleEndian: start.loadUnaligned(as: Int64.self))
    let day = unsafe Int32(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    return (Int64(day) &- 2_440_588) &* 86_400_000_000 &+ nanos / 1000
  }
}
