// PageHeader of parquet.thrift, with the headers of the three kinds of page.

/// parquet.thrift `PageHeader`
struct PageHeader: Sendable, Hashable {
  var uncompressedSize: Int32 = 0
  var compressedSize: Int32 = 0
  var crc: Int32?
  var content: Content

  enum Content: Sendable, Hashable {
    case dataPage(DataPageHeader)
    case dictionaryPage(valueCount: Int32, Encoding)
    case dataPageV2(DataPageHeaderV2)
    case indexPage
  }
}

/// parquet.thrift `DataPageHeader`: levels and values are compressed together.
struct DataPageHeader: Sendable, Hashable {
  var valueCount: Int32 = 0
  var encoding: Encoding = .plain
  var definitionLevelEncoding: Encoding = .rle
  var repetitionLevelEncoding: Encoding = .rle
}

/// parquet.thrift `DataPageHeaderV2`: levels lie uncompressed before the values.
struct DataPageHeaderV2: Sendable, Hashable {
  var valueCount: Int32 = 0
  var nullCount: Int32 = 0
  var rowCount: Int32 = 0
  var encoding: Encoding = .plain
  var definitionLevelsByteLength: Int32 = 0
  var repetitionLevelsByteLength: Int32 = 0
  var isCompressed = true
}

extension PageHeader {
  func write(to writer: inout ThriftCompactWriter) {
    let type: PageType =
      switch content {
      case .dataPage: .dataPage
      case .dictionaryPage: .dictionaryPage
      case .dataPageV2: .dataPageV2
      case .indexPage: .indexPage
      }
    writer.i32(1, type.rawValue)
    writer.i32(2, uncompressedSize)
    writer.i32(3, compressedSize)
    if let crc { writer.i32(4, crc) }
    switch content {
    case .dataPage(let header):
      writer.structure(5) {
        $0.i32(1, header.valueCount)
        $0.i32(2, header.encoding.rawValue)
        $0.i32(3, header.definitionLevelEncoding.rawValue)
        $0.i32(4, header.repetitionLevelEncoding.rawValue)
      }
    case .dictionaryPage(let valueCount, let encoding):
      writer.structure(7) {
        $0.i32(1, valueCount)
        $0.i32(2, encoding.rawValue)
      }
    case .indexPage, .dataPageV2: break  // never written here
    }
    writer.stop()
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var type: PageType?
    var found: Content?
    self.content = .indexPage
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: type = try reader.enumeration(field, PageType.self)
      case 2: uncompressedSize = try reader.i32(field)
      case 3: compressedSize = try reader.i32(field)
      case 4: crc = try reader.i32(field)
      case 5 where field.type == .structure: found = .dataPage(try DataPageHeader(from: &reader))
      case 7 where field.type == .structure: found = try Self.dictionary(from: &reader)
      case 8 where field.type == .structure: found = .dataPageV2(try DataPageHeaderV2(from: &reader))
      default: try reader.skip(field)
      }
    }
    guard uncompressedSize >= 0, compressedSize >= 0 else {
      throw .corrupt("a page has a negative size")
    }
    switch (type, found) {
    case (.dataPage, .dataPage(let header)?): content = .dataPage(header)
    case (.dictionaryPage, .dictionaryPage(let count, let encoding)?):
      content = .dictionaryPage(valueCount: count, encoding)
    case (.dataPageV2, .dataPageV2(let header)?): content = .dataPageV2(header)
    case (.indexPage, _): content = .indexPage
    default: throw .corrupt("a page header does not say what its page is")
    }
  }

  private static func dictionary(
    from reader: inout ThriftCompactReader
  ) throws(ParquetFormatError) -> Content {
    var count: Int32 = 0
    var encoding = Encoding.plain
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: count = try reader.i32(field)
      case 2: encoding = try reader.enumeration(field, Encoding.self)
      default: try reader.skip(field)
      }
    }
    guard count >= 0 else { throw .corrupt("a dictionary page has a negative count") }
    return .dictionaryPage(valueCount: count, encoding)
  }
}

extension DataPageHeader {
  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: valueCount = try reader.i32(field)
      case 2: encoding = try reader.enumeration(field, Encoding.self)
      case 3: definitionLevelEncoding = try reader.enumeration(field, Encoding.self)
      case 4: repetitionLevelEncoding = try reader.enumeration(field, Encoding.self)
      default: try reader.skip(field)
      }
    }
    guard valueCount >= 0 else { throw .corrupt("a data page has a negative count") }
  }
}

extension DataPageHeaderV2 {
  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: valueCount = try reader.i32(field)
      case 2: nullCount = try reader.i32(field)
      case 3: rowCount = try reader.i32(field)
      case 4: encoding = try reader.enumeration(field, Encoding.self)
      case 5: definitionLevelsByteLength = try reader.i32(field)
      case 6: repetitionLevelsByteLength = try reader.i32(field)
      case 7: isCompressed = try reader.boolean(field)
      default: try reader.skip(field)
      }
    }
    guard valueCount >= 0, nullCount >= 0, rowCount >= 0, definitionLevelsByteLength >= 0,
      repetitionLevelsByteLength >= 0
    else { throw .corrupt("a data page has a negative count") }
  }
}
