// One column chunk: an optional dictionary page, then data pages, streamed to the file; what the footer and
// the page index need to know of them is returned.
//
// Data pages are of version 1. Every reader takes the DELTA encodings in them as well as in version 2, it is
// what Spark, pyarrow, arrow-rs and duckdb write unless told otherwise, and so the most travelled path;
// version 2 would only leave the levels uncompressed, and most columns here have none.

/// What is kept of a chunk once its bytes are out.
struct WrittenChunk {
  var chunk: ColumnChunk
  var bounds: ValueBounds
  /// Serialized; nil where a page's bounds cannot be given.
  var columnIndex: [UInt8]?
  var offsetIndex: [UInt8]
}

/// Encodes chunk after chunk in the same memory and with the same compression context.
struct ColumnChunkWriter: ~Copyable {
  private let options: ParquetOptions
  private var compressor: PageCompressor
  private var dictionary = DictionaryScratch()
  private var page = ByteBuffer()
  private var compressed = ByteBuffer()
  private var header = ThriftCompactWriter()
  private var lengths = ScratchArray<Int32>()

  init(_ options: ParquetOptions) throws(ParquetFormatError) {
    self.options = options
    compressor = try PageCompressor(options.compression)
  }

  mutating func write(
    _ leaf: WrittenLeaf, _ values: LeafValues, count: Int, levels: LeafLevels, rowCount: Int,
    to output: inout FileOutput
  ) throws(ParquetFormatError) -> WrittenChunk {
    let ranges = PageRange.cut(
      rowCount: rowCount, pageRows: unsafe pageRows(values, count: count, rowCount: rowCount), levels: levels,
      maxDefinitionLevel: leaf.maxDefinitionLevel)
    let (encoding, bounds) = try unsafe encodingAndBounds(leaf, values, count: count, pages: ranges)
    var chunk = ChunkInProgress(leaf, start: output.byteCount)

    // The first page tells whether compression pays; the codec holds for the whole chunk, its dictionary too.
    if let first = ranges.first {
      try unsafe encodePage(leaf, values, first, levels, encoding)
      chunk.codec = try chooseCodec()
    }
    if case .dictionary(let distinct) = encoding {
      try writeDictionary(distinct, &chunk, to: &output)
    }
    for (index, range) in ranges.enumerated() {
      if index > 0 {
        try unsafe encodePage(leaf, values, range, levels, encoding)
        if chunk.codec != .uncompressed { try unsafe compressor.compress(page.bytes, into: &compressed) }
      }
      let content = DataPageHeader(valueCount: Int32(range.slots.count), encoding: encoding.format)
      let size = try writePage(.dataPage(content), codec: chunk.codec, &chunk, to: &output)
      chunk.addPage(range, size: size, byteArrayBytes: unsafe values.byteArrayBytes(range.values))
    }
    return chunk.finish(encoding, bounds: bounds, levels: levels, slots: ranges.last?.slots.upperBound ?? 0)
  }

  /// Rows a page may have so that it stays near `pageBytes`.
  private func pageRows(_ values: LeafValues, count: Int, rowCount: Int) -> Int {
    let bytes = unsafe values.plainBytes(count)
    guard bytes > options.pageBytes, rowCount > 0 else { return options.pageRows }
    return min(options.pageRows, max(1, Int(Double(options.pageBytes) * Double(rowCount) / Double(bytes))))
  }

  private mutating func chooseCodec() throws(ParquetFormatError) -> CompressionCodec {
    if compressor.codec == .uncompressed { return .uncompressed }
    try unsafe compressor.compress(page.bytes, into: &compressed)
    let saved = page.count - compressed.count
    return saved * 12 < page.count ? .uncompressed : compressor.codec
  }

  private mutating func writeDictionary(
    _ distinct: Int, _ chunk: inout ChunkInProgress, to output: inout FileOutput
  ) throws(ParquetFormatError) {
    // `page` and `compressed` hold the first data page already: they wait.
    swap(&page, &dictionary.page)
    var waiting = ByteBuffer(capacity: 0)
    swap(&compressed, &waiting)
    defer {
      swap(&page, &dictionary.page)
      swap(&compressed, &waiting)
    }
    if chunk.codec != .uncompressed { try unsafe compressor.compress(page.bytes, into: &compressed) }
    chunk.hasDictionary = true
    _ = try writePage(
      .dictionaryPage(valueCount: Int32(distinct), .plain), codec: chunk.codec, &chunk, to: &output)
  }

  /// Writes header and bytes of what `page` (and `compressed`) hold; returns the size of both.
  private mutating func writePage(
    _ content: PageHeader.Content, codec: CompressionCodec, _ chunk: inout ChunkInProgress,
    to output: inout FileOutput
  ) throws(ParquetFormatError) -> Int {
    let stored = unsafe codec == .uncompressed ? page.bytes : compressed.bytes
    guard page.count <= Int32.max, stored.count <= Int32.max else {
      throw .invalidInput("a page of more than 2 GiB; write fewer rows at once")
    }
    var pageHeader = PageHeader(content: content)
    pageHeader.uncompressedSize = Int32(page.count)
    pageHeader.compressedSize = Int32(stored.count)
    if options.pageChecksums { pageHeader.crc = unsafe pageChecksum(stored) }
    header.removeAll()
    pageHeader.write(to: &header)
    try output.append(header.bytes)
    try unsafe output.append(stored)
    chunk.compressedSize += header.bytes.count + stored.count
    chunk.uncompressedSize += header.bytes.count + page.count
    return header.bytes.count + stored.count
  }

  /// Fills `page` with levels and values.
  private mutating func encodePage(
    _ leaf: WrittenLeaf, _ values: LeafValues, _ range: PageRange, _ levels: LeafLevels,
    _ encoding: ValueEncoding
  ) throws(ParquetFormatError) {
    page.removeAll()
    page.appendLevels(levels, range, leaf)
    if case .dictionary(let distinct) = encoding {
      let width = max(bitWidth(of: distinct - 1), 1)
      page.append(UInt8(width))
      let codes = unsafe dictionary.codes.memory(0) + range.values.lowerBound
      unsafe page.appendRunLength(codes, count: range.values.count, width: width)
      return
    }
    let first = range.values.lowerBound
    let count = range.values.count
    switch unsafe values {
    case .boolean(let start): unsafe page.appendPlain(booleans: start + first, count: count)
    case .int32(let start) where encoding == .deltaBinaryPacked:
      unsafe page.appendDeltaBinaryPacked(start + first, count: count)
    case .int64(let start) where encoding == .deltaBinaryPacked:
      unsafe page.appendDeltaBinaryPacked(start + first, count: count)
    case .int32(let start): unsafe page.appendPlain(start + first, count: count)
    case .int64(let start): unsafe page.appendPlain(start + first, count: count)
    case .float(let start): unsafe page.appendPlain(start + first, count: count)
    case .double(let start): unsafe page.appendPlain(start + first, count: count)
    case .fixed(let start, let width):
      unsafe page.appendPlain(fixed: start + first, count: count, width: width)
    case .byteArray(let all):
      let view = unsafe all.dropFirst(first)
      guard encoding == .deltaLengthByteArray else {
        unsafe page.appendPlain(byteArrays: view, count: count)
        return
      }
      let lengths = unsafe lengths.memory(count)
      for index in 0..<count { unsafe lengths[index] = view.ends[index] &- view.starts[index] }
      unsafe page.appendDeltaBinaryPacked(lengths, count: count)
      unsafe page.appendBytes(of: view, count: count)
    }
  }
}

extension ColumnChunkWriter {
  /// Chooses the encoding (and builds the dictionary), and finds the bounds of each page.
  private mutating func encodingAndBounds(
    _ leaf: WrittenLeaf, _ values: LeafValues, count: Int, pages: [PageRange]
  ) throws(ParquetFormatError) -> (ValueEncoding, [ValueBounds]) {
    switch unsafe values {
    case .boolean(let start): return (.plain, unsafe bounds(start, pages))
    case .int32(let start):
      let bounds = unsafe integerBounds(start, pages)
      let (least, greatest) = try leaf.checkedRange(of: bounds)
      guard options.encodings else { return (.plain, bounds) }
      return unsafe (
        dictionary.chooseEncoding(
          start, keys: UnsafeRawPointer(start).assumingMemoryBound(to: UInt32.self), count: count,
          least: Int32(truncatingIfNeeded: least), greatest: Int32(truncatingIfNeeded: greatest)),
        bounds
      )
    case .int64(let start):
      let bounds = unsafe integerBounds(start, pages)
      let (least, greatest) = try leaf.checkedRange(of: bounds)
      guard options.encodings else { return (.plain, bounds) }
      return unsafe (
        dictionary.chooseEncoding(
          start, keys: UnsafeRawPointer(start).assumingMemoryBound(to: UInt64.self), count: count,
          least: least, greatest: greatest),
        bounds
      )
    case .float(let start):
      let keys = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt32.self)
      return (
        options.encodings ? unsafe dictionary.chooseEncoding(keys, count: count) : .plain,
        unsafe floatBounds(start, pages) { .float($0) }
      )
    case .double(let start):
      let keys = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt64.self)
      return (
        options.encodings ? unsafe dictionary.chooseEncoding(keys, count: count) : .plain,
        unsafe floatBounds(start, pages) { .double($0) }
      )
    case .fixed(let start, let width):
      let bounds = unsafe fixedBounds(start, pages, width: width)
      try leaf.checkDigits(of: bounds)
      // A dictionary page would need the big-endian form; zstd sees through the leading zeros well enough.
      return (.plain, bounds)
    case .byteArray(let view):
      let encoding =
        options.encodings
        ? unsafe dictionary.chooseEncoding(view, count: count, byteLimit: options.pageBytes) : .plain
      return (encoding, unsafe stringBounds(view, pages, encoding, isText: leaf.isText))
    }
  }

  private func bounds(_ start: UnsafePointer<Bool>, _ pages: [PageRange]) -> [ValueBounds] {
    pages.map { page in
      var result = ValueBounds(nullCount: Int64(page.nullCount))
      if !page.values.isEmpty {
        let values = unsafe UnsafeBufferPointer(
          rebasing: UnsafeBufferPointer(
            start: start, count: page.values.upperBound)[page.values])
        result.min = .boolean(unsafe !values.contains(false))
        result.max = .boolean(unsafe values.contains(true))
      }
      return result
    }
  }

  private func integerBounds<Value: DeltaPackable>(
    _ start: UnsafePointer<Value>, _ pages: [PageRange]
  ) -> [ValueBounds] {
    pages.map { page in
      var result = ValueBounds(nullCount: Int64(page.nullCount))
      if !page.values.isEmpty {
        let (least, greatest) = unsafe leastAndGreatest(
          start + page.values.lowerBound, count: page.values.count)
        result.min = .integer(Int64(least))
        result.max = .integer(Int64(greatest))
      }
      return result
    }
  }

  private func fixedBounds(
    _ start: UnsafePointer<Int128>, _ pages: [PageRange], width: Int
  ) -> [ValueBounds] {
    pages.map { page in
      var result = ValueBounds(nullCount: Int64(page.nullCount))
      if !page.values.isEmpty {
        let (least, greatest) = unsafe leastAndGreatest(
          start + page.values.lowerBound, count: page.values.count)
        result.min = .fixed(least, width: width)
        result.max = .fixed(greatest, width: width)
      }
      return result
    }
  }

  private func floatBounds<Value: BinaryFloatingPoint>(
    _ start: UnsafePointer<Value>, _ pages: [PageRange], _ bound: (Value) -> BoundValue
  ) -> [ValueBounds] {
    pages.map { page in
      var result = ValueBounds(nullCount: Int64(page.nullCount))
      let (bounds, nans) = unsafe DeltaSink.floatBounds(
        start + page.values.lowerBound, count: page.values.count)
      result.nanCount = Int64(nans)
      if let bounds {
        result.min = bound(bounds.0)
        result.max = bound(bounds.1)
      }
      return result
    }
  }

  private mutating func stringBounds(
    _ view: ByteArrayView, _ pages: [PageRange], _ encoding: ValueEncoding, isText: Bool
  ) -> [ValueBounds] {
    var all: [ValueBounds] = []
    all.reserveCapacity(pages.count)
    for page in pages {
      var result = ValueBounds(nullCount: Int64(page.nullCount))
      if !page.values.isEmpty {
        let (least, greatest) = unsafe stringExtremes(view, page.values, encoding)
        let lower = unsafe TruncatedBound.lower(
          view.slice(least), limit: options.statisticsBytes, isText: isText)
        let upper = unsafe TruncatedBound.upper(
          view.slice(greatest), limit: options.statisticsBytes, isText: isText)
        result.min = .bytes(lower.0)
        result.max = .bytes(upper.0)
        result.isMinExact = lower.isExact
        result.isMaxExact = upper.isExact
      }
      all.append(result)
    }
    return all
  }

  /// Among few dictionary entries they are found sooner than among the values.
  private mutating func stringExtremes(
    _ view: ByteArrayView, _ range: Range<Int>, _ encoding: ValueEncoding
  ) -> (Int, Int) {
    if case .dictionary(let distinct) = encoding, distinct < range.count {
      return unsafe leastAndGreatest(
        view, entries: dictionary.entries.memory(0), distinct: distinct,
        codes: dictionary.codes.memory(0) + range.lowerBound, count: range.count,
        marks: dictionary.marks.memory(distinct))
    }
    let (least, greatest) = unsafe leastAndGreatest(view.dropFirst(range.lowerBound), count: range.count)
    return (least + range.lowerBound, greatest + range.lowerBound)
  }
}
