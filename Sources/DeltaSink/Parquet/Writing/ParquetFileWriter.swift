// The writer: magic, row groups as they come, then page index and footer.

public import CDCCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes one Parquet file, a row group at a time.
///
/// It keeps no values, only the metadata of what it has written and the memory it encodes in. It may move
/// from thread to thread, but serves one caller at a time. A writer that is neither closed nor abandoned
/// leaves its unfinished file behind.
public final class ParquetFileWriter {
  public let path: String
  public let columns: [ParquetColumn]
  /// Bytes written so far, buffered ones included.
  public var byteCount: Int64 { output.byteCount }
  public private(set) var rowCount: Int64 = 0

  private let options: ParquetOptions
  private let schema: WrittenSchema
  private var output: FileOutput
  private var chunkWriter: ColumnChunkWriter
  private var present = PresentScratch()
  private var rowGroups: [RowGroup] = []
  private var indexes: [[(columnIndex: [UInt8]?, offsetIndex: [UInt8])]] = []
  private var leafBounds: [ValueBounds]
  /// Null rows of each top-level list or map, which no leaf can tell.
  private var columnNulls: [Int64]
  private var isOpen = true

  /// Creates the file, which must not exist.
  ///
  /// - Throws: where the file cannot be created, or a column has no Parquet form.
  public convenience init(
    path: String, columns: [ParquetColumn], options: ParquetOptions = ParquetOptions()
  ) throws {
    do { try self.init(creating: path, columns, options) } catch { throw DeltaError(error, path: path) }
  }

  private init(
    creating path: String, _ columns: [ParquetColumn], _ options: ParquetOptions
  ) throws(ParquetFormatError) {
    self.path = path
    self.columns = columns
    self.options = options
    schema = try WrittenSchema(columns)
    chunkWriter = try ColumnChunkWriter(options)
    leafBounds = [ValueBounds](repeating: ValueBounds(), count: schema.leaves.count)
    columnNulls = [Int64](repeating: 0, count: columns.count)
    output = try FileOutput(creating: path)
    try output.append(FileMetaData.magic)
  }

  /// Encodes one row group and streams it to the file. No rows: nothing is written.
  ///
  /// - Parameter columns: one vector a column, each of `rowCount` rows.
  /// - Throws: where a vector does not fit its column (type, row count, a null in a column without nulls, a
  /// value
  ///   outside of a short or decimal), or the file cannot be written. The writer is of no further use then:
  ///   `abandon` it.
  public func write(_ columns: [ColumnVector], rowCount: Int) throws {
    try inParquetFile(path) { () throws(ParquetFormatError) in try writeRowGroup(columns, rowCount) }
  }

  private func writeRowGroup(
    _ columns: [ColumnVector], _ rowCount: Int
  ) throws(ParquetFormatError) {
    guard isOpen else { throw .invalidInput("the Parquet file is closed already") }
    guard columns.count == schema.columns.count, columns.allSatisfy({ $0.count == rowCount }) else {
      throw .invalidInput(
        "a row group needs one vector for each of \(schema.columns.count) columns, each of \(rowCount) rows")
    }
    if rowCount == 0 { return }
    var group = RowGroup()
    var groupIndexes: [(columnIndex: [UInt8]?, offsetIndex: [UInt8])] = []
    group.fileOffset = output.byteCount
    group.rowCount = Int64(rowCount)
    group.ordinal = Int16(exactly: rowGroups.count)
    for (position, vector) in columns.enumerated() {
      columnNulls[position] += Int64(vector.nullCount)
      for written in try writeColumn(schema.columns[position], vector, rowCount: rowCount) {
        leafBounds[group.columns.count].merge(written.bounds)
        group.totalByteSize += written.chunk.metaData.totalUncompressedSize
        group.totalCompressedSize =
          (group.totalCompressedSize ?? 0) + written.chunk.metaData.totalCompressedSize
        group.columns.append(written.chunk)
        groupIndexes.append((written.columnIndex, written.offsetIndex))
      }
    }
    rowGroups.append(group)
    indexes.append(groupIndexes)
    self.rowCount += Int64(rowCount)
  }

  /// Writes page index and footer and closes the file.
  ///
  /// - Parameter sync: the file and its name in the directory are on the disk when this returns.
  public func close(sync: Bool = false) throws -> ParquetFileSummary {
    try inParquetFile(path) { () throws(ParquetFormatError) in try finish(sync: sync) }
  }

  private func finish(sync: Bool) throws(ParquetFormatError) -> ParquetFileSummary {
    guard isOpen else { throw .invalidInput("the Parquet file is closed already") }
    try writePageIndex()
    var metaData = FileMetaData()
    metaData.schema = schema.elements
    metaData.rowCount = rowCount
    metaData.rowGroups = rowGroups
    metaData.createdBy = options.createdBy
    metaData.keyValueMetadata = options.keyValueMetadata.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
    metaData.hasTypeOrder = schema.leaves.map { _ in true }
    var footer = ThriftCompactWriter()
    metaData.write(to: &footer)
    try output.append(footer.bytes)
    let length = UInt32(footer.bytes.count)
    try output.append((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) })
    try output.append(FileMetaData.magic)
    try output.finish(sync: sync)
    if sync { try syncDirectory(of: path) }
    isOpen = false
    return ParquetFileSummary(
      path: path, byteCount: output.byteCount, rowCount: rowCount, columns: statistics())
  }

  /// Removes the unfinished file. Does nothing after `close`.
  public func abandon() {
    guard isOpen else { return }
    isOpen = false
    unsafe unlink(path)
  }

  private func writeColumn(
    _ node: WrittenNode, _ vector: ColumnVector, rowCount: Int
  ) throws(ParquetFormatError) -> [WrittenChunk] {
    guard case .leaf(let position, let isNullable) = node else {
      var written: [WrittenChunk] = []
      for leaf in try Shredder.shred(vector, node) {
        written.append(
          try write(
            schema.leaves[leaf.position], leaf.vector, .listed(leaf.rows), leaf.levels, rowCount: rowCount))
      }
      return written
    }
    let leaf = schema.leaves[position]
    guard let validity = vector.validity else {
      return [try write(leaf, vector, .all, .allPresent, rowCount: rowCount)]
    }
    guard isNullable else {
      throw .invalidInput("column \(leaf.path[0]) is not nullable and holds \(vector.nullCount) nulls")
    }
    return [try write(leaf, vector, .validity(validity), .validity(validity), rowCount: rowCount)]
  }

  private func write(
    _ leaf: WrittenLeaf, _ vector: ColumnVector, _ rows: PresentRows, _ levels: LeafLevels, rowCount: Int
  ) throws(ParquetFormatError) -> WrittenChunk {
    try unsafe present.withValues(of: vector, rows, as: leaf) { (values, count) throws(ParquetFormatError) in
      try unsafe chunkWriter.write(
        leaf, values, count: count, levels: levels, rowCount: rowCount, to: &output)
    }
  }

  /// PageIndex.md: all column indexes, then all offset indexes, near the footer.
  private func writePageIndex() throws(ParquetFormatError) {
    for group in rowGroups.indices {
      for column in rowGroups[group].columns.indices {
        guard let bytes = indexes[group][column].columnIndex else { continue }
        rowGroups[group].columns[column].columnIndexOffset = output.byteCount
        rowGroups[group].columns[column].columnIndexLength = Int32(bytes.count)
        try output.append(bytes)
      }
    }
    for group in rowGroups.indices {
      for column in rowGroups[group].columns.indices {
        let bytes = indexes[group][column].offsetIndex
        rowGroups[group].columns[column].offsetIndexOffset = output.byteCount
        rowGroups[group].columns[column].offsetIndexLength = Int32(bytes.count)
        try output.append(bytes)
      }
    }
  }

  private func statistics() -> [ColumnStatistics] {
    zip(schema.columns, columnNulls).map { node, nulls in
      schema.statistics(of: node, leafBounds, nullCount: nulls)
    }
  }
}

extension WrittenSchema {
  /// What `add.stats` wants to know of a column.
  fileprivate func statistics(
    of node: WrittenNode, _ bounds: [ValueBounds], nullCount: Int64?
  ) -> ColumnStatistics {
    switch node {
    case .leaf(let position, _):
      let bounds = bounds[position]
      var result = ColumnStatistics(nullCount: bounds.nullCount)
      if leaves[position].type != .binary, bounds.nanCount ?? 0 == 0 {
        result.min = bounds.min?.value
        result.max = bounds.max?.value
        result.isMinExact = bounds.isMinExact
        result.isMaxExact = bounds.isMaxExact
      }
      return result
    case .structure(let nodes, _):
      return ColumnStatistics(
        nullCount: nullCount ?? 0, fields: nodes.map { statistics(of: $0, bounds, nullCount: nil) })
    case .list, .map: return ColumnStatistics(nullCount: nullCount ?? 0)
    }
  }
}
