// The reader: footer, then column chunks as they are asked for.

public import CDCCore

/// Reads one Parquet file. Safe to use from several tasks at once: it keeps the footer, and no position.
///
/// It reads what `ParquetFileWriter` writes and what other engines' Delta checkpoints and data files need:
/// pages of both versions, all encodings but BIT_PACKED and ALP, uncompressed, zstd, gzip and snappy.
public final class ParquetFileReader: Sendable {
  public let path: String
  public let columns: [ParquetColumn]
  public let rowCount: Int64
  public let rowGroups: [ParquetRowGroup]
  public let createdBy: String?
  public let keyValueMetadata: [String: String]

  private let input: FileInput
  private let schema: ReadSchema
  private let groups: [RowGroup]

  /// Opens the file and reads its footer.
  ///
  /// - Throws: `DeltaError` with `.notFound`, `.fileSystem`, `.corruptParquet` or `.unsupportedFeature`.
  public convenience init(path: String) throws {
    do { try self.init(opening: path) } catch { throw DeltaError(error, path: path) }
  }

  private init(opening path: String) throws(ParquetFormatError) {
    self.path = path
    input = try FileInput(path: path)
    let metaData = try FileMetaData(readFrom: input)
    schema = try ReadSchema(metaData.schema)
    columns = schema.columns.map(\.column)
    rowCount = metaData.rowCount
    groups = metaData.rowGroups
    createdBy = metaData.createdBy
    keyValueMetadata = Dictionary(
      metaData.keyValueMetadata.compactMap { pair in pair.value.map { (pair.key, $0) } },
      uniquingKeysWith: { first, _ in first })
    var rowGroups: [ParquetRowGroup] = []
    var firstRow: Int64 = 0
    for group in groups {
      guard group.columns.count == schema.leafCount, (0...Int64(Int32.max)).contains(group.rowCount) else {
        throw .corrupt("a row group does not have the columns or rows it should have")
      }
      rowGroups.append(
        ParquetRowGroup(
          rowCount: Int(group.rowCount), firstRow: firstRow,
          statistics: schema.columns.map { $0.statistics(group, metaData.hasTypeOrder) }))
      firstRow += group.rowCount
    }
    guard firstRow == rowCount else {
      throw .corrupt("the row groups have another count of rows than the file")
    }
    self.rowGroups = rowGroups
  }

  /// The position of the top-level column of this name.
  public func columnIndex(named name: String) -> Int? { columns.firstIndex { $0.name == name } }

  /// Columns of one row group, named by position (nil: all), in the order named.
  ///
  /// - Precondition: the positions lie in `columns` and `rowGroups`.
  public func read(columns: [Int]? = nil, rowGroup: Int) throws -> [ColumnVector] {
    try inParquetFile(path) { () throws(ParquetFormatError) in
      var vectors: [ColumnVector] = []
      for column in columns ?? Array(self.columns.indices) {
        vectors.append(try vector(schema.columns[column], groups[rowGroup]))
      }
      return vectors
    }
  }

  /// The pages of one flat column, with their bounds from the page index, to be decoded one by one.
  ///
  /// - Throws: `.unsupportedFeature` for a nested column.
  public func pages(column: Int, rowGroup: Int) throws -> ParquetPages {
    try inParquetFile(path) { () throws(ParquetFormatError) in
      guard case .leaf(let leaf) = schema.columns[column].kind, leaf.maxRepetitionLevel == 0 else {
        throw .unsupported("column \(columns[column].name) is nested: read it whole")
      }
      let group = groups[rowGroup]
      return try ParquetPages(
        input, path: path, schema.columns[column], leaf, group.columns[leaf.position],
        rowCount: Int(group.rowCount))
    }
  }

  private func vector(_ node: ReadNode, _ group: RowGroup) throws(ParquetFormatError) -> ColumnVector {
    var leaves: [Int: LeafData] = [:]
    for leaf in node.leaves {
      leaves[leaf.position] = try LeafData(
        reading: leaf, group.columns[leaf.position], rowCount: Int(group.rowCount), from: input)
    }
    let vector = try node.assemble(leaves)
    guard vector.count == Int(group.rowCount) else {
      throw .corrupt("column \(node.column.name) has another count of rows than its row group")
    }
    return vector
  }
}

/// What the footer says of one row group.
public struct ParquetRowGroup: Sendable {
  public let rowCount: Int
  /// The position in the file of its first row.
  public let firstRow: Int64
  /// One for each top-level column; nil where the file has none that can be trusted. A null count of −1 means
  /// that the file does not tell.
  public let statistics: [ColumnStatistics?]
}

extension FileMetaData {
  /// `PAR1`, ..., footer, its length in 4 bytes, `PAR1`.
  init(readFrom input: FileInput) throws(ParquetFormatError) {
    guard input.byteCount >= 12 else { throw .corrupt("the file is too short to be Parquet") }
    let tail = try input.read(at: Int64(input.byteCount - 8), count: 8)
    guard Array(tail[4..<8]) == Self.magic else {
      throw Array(tail[4..<8]) == Array("PARE".utf8)
        ? .unsupported("the file is encrypted") : .corrupt("the file does not end like a Parquet file")
    }
    var length: Int64 = 0
    for index in 0..<4 { length |= Int64(tail[index]) << Int64(8 * index) }
    guard length <= input.byteCount - 12 else { throw .corrupt("the footer is longer than the file") }
    let footer = try input.read(at: Int64(input.byteCount - 8) - length, count: length)
    var reader = ThriftCompactReader(footer, end: Int(length))
    try self.init(from: &reader)
  }
}

extension LeafData {
  /// Reads and decodes a whole column chunk.
  fileprivate init(
    reading leaf: ReadLeaf, _ chunk: ColumnChunk, rowCount: Int, from input: FileInput
  ) throws(ParquetFormatError) {
    let metaData = try chunk.checkedMetaData(leaf, rowCount: rowCount)
    let bytes = try input.read(at: metaData.firstPageOffset, count: metaData.totalCompressedSize)
    let slots = Int(metaData.valueCount)
    let pages = try ChunkPage.all(in: bytes, slotCount: slots)
    values = DecodedValues(leaf, capacity: slots)
    if values.kind == .bytes, !pages.contains(where: { $0.dictionary != nil }) {
      // The uncompressed pages are about the strings: grow once. What headers claim is believed up to a
      // point.
      let claimed = pages.reduce(0) { $0 + Int($1.header.uncompressedSize) }
      values.strings.bytes.reserveCapacity(min(claimed, bytes.count * 16))
    }
    var decoder = LeafDecoder(leaf, codec: metaData.codec)
    for page in pages {
      if page.dictionary != nil {
        try decoder.readDictionary(page, in: bytes)
      } else {
        try decoder.read(page, in: bytes, into: &self)
      }
    }
  }
}

extension ColumnChunk {
  /// The chunk's metadata, after holding it against schema and row group.
  func checkedMetaData(_ leaf: ReadLeaf, rowCount: Int) throws(ParquetFormatError) -> ColumnMetaData {
    guard filePath == nil else { throw .unsupported("a column chunk that lies in another file") }
    guard metaData.type == leaf.physicalType else { throw .corrupt("a column chunk of another type") }
    guard (0...Int64(Int32.max)).contains(metaData.valueCount),
      leaf.maxRepetitionLevel > 0 || metaData.valueCount == rowCount
    else { throw .corrupt("a column chunk with an impossible count of values") }
    return metaData
  }
}
