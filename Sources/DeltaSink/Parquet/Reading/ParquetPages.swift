// Page-wise access to a column chunk: what a key lookup needs, which decodes only pages whose bounds admit
// it.

public import CDCCore

/// The pages of one column chunk of a flat column. Serves one task at a time; each `vector(ofPage:)` reads
/// and decodes that page (and, once, the dictionary page) only.
public final class ParquetPages {
  public struct Page: Sendable {
    /// Within the row group.
    public let firstRow: Int
    public let rowCount: Int
    /// Bounds and null count; nil where the file has no page index. String bounds may be cut off:
    /// `isMinExact` and `isMaxExact` are false for strings always.
    public let statistics: ColumnStatistics?
    /// Where the page lies in the file, with its header.
    let location: PageLocation
  }

  public let pages: [Page]

  private let input: FileInput
  private let path: String
  private let node: ReadNode
  private let metaData: ColumnMetaData
  private var decoder: LeafDecoder

  init(
    _ input: FileInput, path: String, _ node: ReadNode, _ leaf: ReadLeaf, _ chunk: ColumnChunk, rowCount: Int
  ) throws(ParquetFormatError) {
    self.input = input
    self.path = path
    self.node = node
    metaData = try chunk.checkedMetaData(leaf, rowCount: rowCount)
    decoder = LeafDecoder(leaf, codec: metaData.codec)
    if let offset = chunk.offsetIndexOffset, let length = chunk.offsetIndexLength {
      let bytes = try input.read(at: offset, count: Int64(length))
      var reader = ThriftCompactReader(bytes, end: Int(length))
      let index = try OffsetIndex(from: &reader)
      pages = try Self.pages(
        index.pageLocations, try chunk.columnIndex(from: input), leaf, rowCount: rowCount)
    } else {
      pages = try Self.scan(input, metaData)
    }
  }

  /// The values of one page, as many as its `rowCount`.
  ///
  /// - Precondition: `page` is an index of `pages`.
  public func vector(ofPage page: Int) throws -> ColumnVector {
    try inParquetFile(path) { () throws(ParquetFormatError) in try decode(pages[page]) }
  }

  private func decode(_ page: Page) throws(ParquetFormatError) -> ColumnVector {
    let size = Int64(page.location.compressedPageSize)
    let bytes = try input.read(at: page.location.offset, count: size)
    let body = try ChunkPage(in: bytes, at: 0, end: Int(size))
    guard body.slotCount == page.rowCount else {
      throw .corrupt("a page with another count of rows than its index")
    }
    try readDictionary()
    var data = LeafData(values: DecodedValues(decoder.leaf, capacity: page.rowCount))
    try decoder.read(body, in: bytes, into: &data)
    return try node.assemble([decoder.leaf.position: data])
  }

  private func readDictionary() throws(ParquetFormatError) {
    let start = metaData.firstPageOffset
    guard !decoder.hasDictionary, metaData.dictionaryPageOffset ?? 0 > 0, let first = pages.first else {
      return
    }
    guard start >= 0, first.location.offset > start else { return }
    let size = first.location.offset - start
    let bytes = try input.read(at: start, count: size)
    try decoder.readDictionary(try ChunkPage(in: bytes, at: 0, end: Int(size)), in: bytes)
  }

  private static func pages(
    _ locations: [PageLocation], _ index: ColumnIndex?, _ leaf: ReadLeaf, rowCount: Int
  ) throws(ParquetFormatError) -> [Page] {
    var pages: [Page] = []
    for (position, location) in locations.enumerated() {
      let next = position + 1 < locations.count ? locations[position + 1].firstRowIndex : Int64(rowCount)
      guard location.offset >= 0, location.firstRowIndex >= 0, location.firstRowIndex < next,
        next <= rowCount,
        position > 0 || location.firstRowIndex == 0
      else { throw .corrupt("an offset index whose rows do not ascend") }
      pages.append(
        Page(
          firstRow: Int(location.firstRowIndex), rowCount: Int(next - location.firstRowIndex),
          statistics: index.flatMap { leaf.statistics($0, page: position) }, location: location))
    }
    return pages
  }

  /// Without a page index: the headers of all pages, one after the other.
  private static func scan(
    _ input: FileInput, _ metaData: ColumnMetaData
  ) throws(ParquetFormatError) -> [Page] {
    let start = metaData.firstPageOffset
    let bytes = try input.read(at: start, count: metaData.totalCompressedSize)
    var pages: [Page] = []
    var row = 0
    var offset = 0
    for page in try ChunkPage.all(in: bytes, slotCount: Int(metaData.valueCount)) {
      defer { offset = page.body.upperBound }
      guard page.slotCount > 0 else { continue }
      let location = PageLocation(
        offset: start + Int64(offset), compressedPageSize: Int32(clamping: page.body.upperBound - offset),
        firstRowIndex: Int64(row))
      pages.append(
        Page(firstRow: row, rowCount: page.slotCount, statistics: nil, location: location))
      row += page.slotCount
    }
    return pages
  }
}

extension ColumnChunk {
  fileprivate func columnIndex(from input: FileInput) throws(ParquetFormatError) -> ColumnIndex? {
    guard let offset = columnIndexOffset, let length = columnIndexLength else { return nil }
    let bytes = try input.read(at: offset, count: Int64(length))
    var reader = ThriftCompactReader(bytes, end: Int(length))
    return try ColumnIndex(from: &reader)
  }
}
