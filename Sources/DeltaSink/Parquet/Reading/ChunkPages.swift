// The pages of a column chunk: headers read, bodies where they lie.

/// One page; `body` is where its bytes lie in the chunk.
struct ChunkPage {
  let header: PageHeader
  let body: Range<Int>

  /// Values, nulls and empty lists included; 0 for a dictionary page.
  var slotCount: Int {
    switch header.content {
    case .dataPage(let header): Int(header.valueCount)
    case .dataPageV2(let header): Int(header.valueCount)
    default: 0
    }
  }

  /// Reads the header at `offset`. The chunk's bytes end at `end`, padding aside.
  init(in chunk: [UInt8], at offset: Int, end: Int) throws(ParquetFormatError) {
    var reader = ThriftCompactReader(chunk, at: offset, end: end)
    header = try PageHeader(from: &reader)
    guard Int(header.compressedSize) <= end - reader.position else {
      throw .corrupt("a page reaches over the end of its column chunk")
    }
    body = reader.position..<reader.position + Int(header.compressedSize)
  }

  /// All pages of a chunk, in order.
  static func all(in chunk: [UInt8], slotCount: Int) throws(ParquetFormatError) -> [ChunkPage] {
    let end = chunk.count - FileInput.padding
    var pages: [ChunkPage] = []
    var offset = 0
    var slots = 0
    while offset < end, slots < slotCount {
      let page = try ChunkPage(in: chunk, at: offset, end: end)
      offset = page.body.upperBound
      slots += page.slotCount
      pages.append(page)
    }
    guard slots == slotCount else {
      throw .corrupt("the pages of a column chunk have another count of values")
    }
    return pages
  }

  /// The dictionary page's count and encoding, where it is one.
  var dictionary: (count: Int, encoding: Encoding)? {
    guard case .dictionaryPage(let count, let encoding) = header.content else { return nil }
    return (Int(count), encoding)
  }
}
