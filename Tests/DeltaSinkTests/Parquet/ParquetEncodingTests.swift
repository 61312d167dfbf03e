import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// The encodings alone, at every width and around every block border.
@Suite struct ParquetEncodingTests {
  @Test(arguments: 0...64)
  func bitsArePackedAndUnpackedAtEveryWidth(_ width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    let mask: UInt64 = width == 64 ? .max : (1 << UInt64(width)) - 1
    let values = (0..<64).map { _ in generator.next() & mask }
    var buffer = ByteBuffer()
    let length = unsafe values.withUnsafeBufferPointer {
      unsafe packBits($0.baseAddress.unsafelyUnwrapped, count: 64, width: width, to: buffer.reserve(64 * 8))
    }
    buffer.advance(by: length)
    #expect(length == 8 * width)
    // The definition: value i fills the bits i·w ..< (i + 1)·w, least significant first.
    let bytes = unsafe Array(buffer.bytes)
    for (index, value) in values.enumerated() {
      for bit in 0..<width {
        let position = index * width + bit
        #expect(bytes[position >> 3] >> UInt8(position & 7) & 1 == UInt8(value >> UInt64(bit) & 1))
      }
    }
    var unpacked = [UInt64](repeating: 0, count: 64)
    unsafe unpacked.withUnsafeMutableBufferPointer {
      unsafe unpackBits(
        buffer.bytes.baseAddress.unsafelyUnwrapped, count: 64, width: width,
        to: $0.baseAddress.unsafelyUnwrapped)
    }
    #expect(unpacked == values)
    if width <= 32 {
      var narrow = [UInt32](repeating: 0, count: 64)
      unsafe narrow.withUnsafeMutableBufferPointer {
        unsafe unpackBits(
          buffer.bytes.baseAddress.unsafelyUnwrapped, count: 64, width: width,
          to: $0.baseAddress.unsafelyUnwrapped)
      }
      #expect(narrow.map { UInt64($0) } == values)
    }
  }

  @Test(arguments: [1, 2, 31, 32, 33, 128, 129, 130, 160, 161, 256, 257, 1000])
  func deltasSurviveExtremesAndPartBlocks(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    for spread in [Int64.max, 1 << 40, 100, 0] {
      let values = (0..<count).map { _ in
        spread == .max
          ? Int64(bitPattern: generator.next()) : Int64.random(in: -spread...spread, using: &generator)
      }
      #expect(try roundTrip(values) == values)
      let narrow = values.map { Int32(truncatingIfNeeded: $0) }
      #expect(try roundTrip(narrow) == narrow)
    }
    let extremes = (0..<count).map { $0 % 2 == 0 ? Int64.min : .max }
    #expect(try roundTrip(extremes) == extremes)
  }

  @Test(arguments: [1, 2, 3, 8, 17, 32])
  func runsAndLiteralsAlternate(_ width: Int) throws {
    var generator = SeededGenerator(seed: UInt64(width))
    let mask: UInt32 = width == 32 ? .max : (1 << UInt32(width)) - 1
    for longest in [1, 5, 20, 300] {
      var values: [UInt32] = []
      while values.count < 1000 {
        let value = UInt32(truncatingIfNeeded: generator.next()) & mask
        let length = Int.random(in: 1...longest, using: &generator)
        values += [UInt32](repeating: value, count: length)
      }
      var buffer = ByteBuffer()
      unsafe (values + [UInt32](repeating: 0, count: 8)).withUnsafeBufferPointer {
        unsafe buffer.appendRunLength($0.baseAddress.unsafelyUnwrapped, count: values.count, width: width)
      }
      var decoded = [UInt32](repeating: 0, count: values.count + 8)
      var bytes = unsafe PageBytes(buffer.bytes.baseAddress.unsafelyUnwrapped, count: buffer.count)
      try unsafe decoded.withUnsafeMutableBufferPointer { (target) throws(ParquetFormatError) in
        try unsafe bytes.decodeRunLength(
          width: width, count: values.count, to: target.baseAddress.unsafelyUnwrapped)
      }
      #expect(Array(decoded.prefix(values.count)) == values)
      #expect(unsafe bytes.count == 0)
    }
  }

  @Test(arguments: [
    (Spread.ascending, ColumnType.long, Encoding.deltaBinaryPacked), (.few, .long, .rleDictionary),
    (.wide, .long, .plain), (.few, .string, .rleDictionary), (.wide, .string, .deltaLengthByteArray),
    (.ascending, .string, .deltaLengthByteArray), (.few, .double, .rleDictionary),
    (.runs, .timestamp, .rleDictionary), (.wide, .boolean, .plain),
  ])
  func theEncodingFollowsTheValues(_ spread: Spread, _ type: ColumnType, _ encoding: Encoding) throws {
    var sampler = ColumnSampler(seed: 20, spread)
    let written = try writeChunk(sampler.vector(type, count: 5000), type)
    #expect(written.encodings.contains(encoding), "\(written.encodings)")
  }

  @Test func pagesThatDoNotShrinkStayUncompressed() throws {
    var sampler = ColumnSampler(seed: 21, .wide)
    #expect(try writeChunk(sampler.vector(.long, count: 5000), .long).codec == .uncompressed)
    var text = ColumnSampler(seed: 22, .ascending)
    #expect(try writeChunk(text.vector(.string, count: 5000), .string).codec == .zstd)
  }

  @Test func decimalsTakeTheFewestBytes() {
    #expect([19, 20, 21, 28, 29, 38].map { SchemaElement.fixedWidth(digits: $0) } == [9, 9, 9, 12, 13, 16])
  }

  private func writeChunk(_ vector: ColumnVector, _ type: ColumnType) throws -> ColumnMetaData {
    let directory = try TemporaryDirectory()
    let path = directory.path("f.parquet")
    try writeParquet(path, [ParquetColumn(name: "c", type: type)], [[vector]])
    return try FileMetaData(readFrom: FileInput(path: path)).rowGroups[0].columns[0].metaData
  }

  private func roundTrip<Value: DeltaUnpackable>(_ values: [Value]) throws -> [Value] {
    var buffer = ByteBuffer()
    unsafe values.withUnsafeBufferPointer {
      unsafe buffer.appendDeltaBinaryPacked($0.baseAddress.unsafelyUnwrapped, count: values.count)
    }
    var decoded = [Value](repeating: 0, count: values.count)
    var bytes = unsafe PageBytes(buffer.bytes.baseAddress.unsafelyUnwrapped, count: buffer.count)
    try unsafe decoded.withUnsafeMutableBufferPointer { (target) throws(ParquetFormatError) in
      try unsafe bytes.decodeDeltaBinaryPacked(count: values.count, to: target.baseAddress.unsafelyUnwrapped)
    }
    #expect(unsafe bytes.count == 0)
    return decoded
  }
}
