// What is gathered while a chunk is written, and the metadata that comes of it.

struct ChunkInProgress {
  private let leaf: WrittenLeaf
  private let start: Int64
  var codec = CompressionCodec.uncompressed
  var hasDictionary = false
  var compressedSize = 0
  var uncompressedSize = 0
  private var offsetIndex = OffsetIndex()
  private var nullPages: [Bool] = []

  init(_ leaf: WrittenLeaf, start: Int64) {
    self.leaf = leaf
    self.start = start
  }

  /// After the page is written: `size` with its header.
  mutating func addPage(_ range: PageRange, size: Int, byteArrayBytes: Int?) {
    offsetIndex.pageLocations.append(
      PageLocation(
        offset: start + Int64(compressedSize - size), compressedPageSize: Int32(size),
        firstRowIndex: Int64(range.firstRow)))
    nullPages.append(range.values.isEmpty)
    if let byteArrayBytes { offsetIndex.unencodedByteArrayBytes.append(Int64(byteArrayBytes)) }
  }

  func finish(
    _ encoding: ValueEncoding, bounds pages: [ValueBounds], levels: LeafLevels, slots: Int
  ) -> WrittenChunk {
    var bounds = ValueBounds()
    for page in pages { bounds.merge(page) }

    var metaData = ColumnMetaData()
    metaData.type = leaf.physicalType
    metaData.path = leaf.path
    metaData.codec = codec
    metaData.valueCount = Int64(slots)
    metaData.totalCompressedSize = Int64(compressedSize)
    metaData.totalUncompressedSize = Int64(uncompressedSize)
    metaData.dataPageOffset = offsetIndex.pageLocations.first?.offset ?? start
    metaData.dictionaryPageOffset = hasDictionary ? start : nil
    metaData.statistics = bounds.formatStatistics(as: leaf.physicalType)
    metaData.encodings = [encoding.format]
    if leaf.maxDefinitionLevel > 0 || leaf.maxRepetitionLevel > 0 { metaData.encodings.append(.rle) }
    if hasDictionary {
      metaData.encodings.append(.plain)
      metaData.encodingStats.append(
        PageEncodingStats(pageType: .dictionaryPage, encoding: .plain, count: 1))
    }
    metaData.encodingStats.append(
      PageEncodingStats(pageType: .dataPage, encoding: encoding.format, count: Int32(pages.count)))
    metaData.sizeStatistics = sizeStatistics(levels, slots)

    var chunk = ColumnChunk()
    chunk.metaData = metaData
    var offsets = ThriftCompactWriter()
    offsetIndex.write(to: &offsets)
    return WrittenChunk(
      chunk: chunk, bounds: bounds, columnIndex: columnIndex(pages), offsetIndex: offsets.bytes)
  }

  private func sizeStatistics(_ levels: LeafLevels, _ slots: Int) -> SizeStatistics {
    var result = SizeStatistics()
    if leaf.physicalType == .byteArray {
      result.unencodedByteArrayBytes = offsetIndex.unencodedByteArrayBytes.reduce(0, +)
    }
    if case .shredded(let definition, let repetition) = levels {
      if leaf.maxRepetitionLevel > 0 {
        result.repetitionLevelHistogram = Self.histogram(repetition.prefix(slots), leaf.maxRepetitionLevel)
      }
      if leaf.maxDefinitionLevel > 1 {
        result.definitionLevelHistogram = Self.histogram(definition.prefix(slots), leaf.maxDefinitionLevel)
      }
    }
    return result
  }

  private static func histogram(_ levels: ArraySlice<UInt32>, _ greatest: Int) -> [Int64] {
    var histogram = [Int64](repeating: 0, count: greatest + 1)
    for level in levels { histogram[Int(level)] += 1 }
    return histogram
  }

  private func columnIndex(_ pages: [ValueBounds]) -> [UInt8]? {
    var index = ColumnIndex()
    index.nullPages = nullPages
    for (page, isNull) in zip(pages, nullPages) {
      if isNull {
        index.minValues.append([])
        index.maxValues.append([])
      } else if let min = page.min, let max = page.max {
        index.minValues.append(min.bytes(as: leaf.physicalType))
        index.maxValues.append(max.bytes(as: leaf.physicalType))
      } else {
        return nil  // a page of NaNs only: "a column index must not be written for this column chunk"
      }
      index.nullCounts.append(page.nullCount)
      if let nanCount = page.nanCount { index.nanCounts.append(nanCount) }
    }
    index.boundaryOrder = Self.order(pages.filter { $0.min != nil })
    var writer = ThriftCompactWriter()
    index.write(to: &writer)
    return writer.bytes
  }

  private static func order(_ pages: [ValueBounds]) -> BoundaryOrder {
    var ascending = true
    var descending = true
    for (left, right) in zip(pages, pages.dropFirst()) {
      guard let leftMin = left.min, let rightMin = right.min, let leftMax = left.max, let rightMax = right.max
      else { continue }
      if rightMin < leftMin || rightMax < leftMax { ascending = false }
      if leftMin < rightMin || leftMax < rightMax { descending = false }
    }
    return ascending ? .ascending : descending ? .descending : .unordered
  }
}
