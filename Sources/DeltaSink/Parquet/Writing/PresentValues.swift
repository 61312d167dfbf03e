// Bringing the values of a leaf into one run of present values in the physical type.

import CDCCore

/// Memory for values that cannot be encoded where they lie; one in each writer.
struct PresentScratch: ~Copyable {
  var int32 = ScratchArray<Int32>()
  var int64 = ScratchArray<Int64>()
  var int128 = ScratchArray<Int128>()
  var float = ScratchArray<Float>()
  var double = ScratchArray<Double>()
  var boolean = ScratchArray<Bool>()
  var starts = ScratchArray<Int32>()
  var ends = ScratchArray<Int32>()
}

/// Which rows of a vector are present, in order.
enum PresentRows {
  case all
  case validity(Validity)
  case listed([Int32])

  func count(of vector: ColumnVector) -> Int {
    switch self {
    case .all: vector.count
    case .validity(let validity): validity.count - validity.nullCount
    case .listed(let rows): rows.count
    }
  }

  /// Copies the present values of `source` to `target`.
  @inline(__always)
  func compact<Value: BitwiseCopyable>(
    _ source: UnsafePointer<Value>, to target: UnsafeMutablePointer<Value>
  ) {
    switch self {
    case .all: break
    case .listed(let rows):
      for index in rows.indices { unsafe target[index] = source[Int(rows[index])] }
    case .validity(let validity):
      var count = 0
      for wordIndex in validity.words.indices {
        var word = validity.words[wordIndex]
        let first = wordIndex * 64
        if word == .max {
          unsafe (target + count).update(from: source + first, count: 64)
          count += 64
          continue
        }
        while word != 0 {
          unsafe target[count] = source[first + word.trailingZeroBitCount]
          count += 1
          word &= word &- 1
        }
      }
    }
  }
}

extension PresentScratch {
  /// Calls `body` with the leaf's present values.
  mutating func withValues<Result>(
    of vector: ColumnVector, _ present: PresentRows, as leaf: WrittenLeaf,
    _ body: (LeafValues, Int) throws(ParquetFormatError) -> Result
  ) throws(ParquetFormatError) -> Result {
    let count = present.count(of: vector)
    switch (vector.values, leaf.physicalType) {
    case (.boolean(let values), .boolean):
      let memory = unsafe boolean.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.boolean(start), count)
      }
    case (.int32(let values), .int32):
      let memory = unsafe int32.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.int32(start), count)
      }
    case (.int64(let values), .int64):
      let memory = unsafe int64.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.int64(start), count)
      }
    case (.int64(let values), .int32):
      // decimal of at most 9 digits
      let wide = unsafe int64.memory(count)
      let narrow = unsafe int32.memory(count)
      return try unsafe Self.with(values, present, wide, vector.count) { (start) throws(ParquetFormatError) in
        for index in 0..<count {
          guard let value = unsafe Int32(exactly: start[index]) else { throw leaf.overflow }
          unsafe narrow[index] = value
        }
        return try unsafe body(.int32(narrow), count)
      }
    case (.int128(let values), .fixedLenByteArray):
      let memory = unsafe int128.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.fixed(start, width: leaf.typeLength), count)
      }
    case (.float(let values), .float):
      let memory = unsafe float.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.float(start), count)
      }
    case (.double(let values), .double):
      let memory = unsafe double.memory(count)
      return try unsafe Self.with(values, present, memory, vector.count) {
        (start) throws(ParquetFormatError) in
        try unsafe body(.double(start), count)
      }
    case (.bytes(let strings), .byteArray):
      return try unsafe withStrings(strings, present, vector.count, body)
    default: throw .invalidInput("column \(leaf.path.joined(separator: ".")) has a vector of another type")
    }
  }

  private static func with<Value: BitwiseCopyable, Result>(
    _ values: [Value], _ present: PresentRows, _ memory: UnsafeMutablePointer<Value>, _ rowCount: Int,
    _ body: (UnsafePointer<Value>) throws(ParquetFormatError) -> Result
  ) throws(ParquetFormatError) -> Result {
    guard values.count == rowCount else { throw .invalidInput("a vector is shorter than its row count") }
    return try unsafe values.withUnsafeBufferPointer { (buffer) throws(ParquetFormatError) in
      guard let start = buffer.baseAddress else { return try unsafe body(memory) }
      if case .all = present { return try unsafe body(start) }
      unsafe present.compact(start, to: memory)
      return try unsafe body(memory)
    }
  }

  private mutating func withStrings<Result>(
    _ strings: ByteStrings, _ present: PresentRows, _ rowCount: Int,
    _ body: (LeafValues, Int) throws(ParquetFormatError) -> Result
  ) throws(ParquetFormatError) -> Result {
    guard strings.count == rowCount, Int(strings.offsets[rowCount]) <= strings.bytes.count else {
      throw .invalidInput("a vector is shorter than its row count")
    }
    let starts = unsafe starts.memory(rowCount)
    let ends = unsafe ends.memory(rowCount)
    return try unsafe strings.offsets.withUnsafeBufferPointer { (offsets) throws(ParquetFormatError) in
      try unsafe strings.bytes.withUnsafeBufferPointer { (bytes) throws(ParquetFormatError) in
        let first = unsafe offsets.baseAddress.unsafelyUnwrapped
        var view = unsafe ByteArrayView(
          starts: first, ends: first + 1,
          bytes: UnsafeRawPointer(bytes.baseAddress) ?? UnsafeRawPointer(starts), byteCount: bytes.count)
        var count = rowCount
        switch present {
        case .all: break
        case .validity, .listed:
          unsafe present.compact(first, to: starts)
          unsafe present.compact(first + 1, to: ends)
          unsafe view.starts = UnsafePointer(starts)
          unsafe view.ends = UnsafePointer(ends)
          if case .validity(let validity) = present { count = validity.count - validity.nullCount }
          if case .listed(let rows) = present { count = rows.count }
        }
        return try unsafe body(.byteArray(view), count)
      }
    }
  }
}

extension WrittenLeaf {
  var overflow: ParquetFormatError {
    .invalidInput("column \(path.joined(separator: ".")) holds a value outside of \(type)")
  }
}
