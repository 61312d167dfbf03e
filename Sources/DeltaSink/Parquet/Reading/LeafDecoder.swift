// Decodes the pages of one leaf column: decompress, levels, values.

import CDCCore

/// What the pages of a leaf hold.
struct LeafData {
  var values: DecodedValues
  var slotCount = 0
  /// Of a flat nullable column: one bit a slot; empty as long as no page had a null.
  var validity: [UInt64] = []
  /// Of a nested leaf, one a slot; `repetition` stays empty where nothing repeats.
  var definition: [UInt32] = []
  var repetition: [UInt32] = []
}

/// Keeps decompression context and scratch memory from page to page; serves one task at a time.
struct LeafDecoder: ~Copyable {
  let leaf: ReadLeaf
  private let codec: CompressionCodec
  private var decompressor = PageDecompressor()
  private var page = ByteBuffer()
  private var codes = ScratchArray<UInt32>()
  private var lengths = ScratchArray<Int32>()
  private var prefixes = ScratchArray<Int32>()
  private var dictionary: DecodedValues?

  init(_ leaf: ReadLeaf, codec: CompressionCodec) {
    self.leaf = leaf
    self.codec = codec
  }

  var hasDictionary: Bool { dictionary != nil }

  /// Decodes a dictionary page, for the data pages that follow.
  mutating func readDictionary(_ page: ChunkPage, in chunk: [UInt8]) throws(ParquetFormatError) {
    guard let (count, encoding) = page.dictionary else { return }
    guard encoding == .plain || encoding == .plainDictionary else {
      throw .unsupported("a dictionary page with encoding \(encoding)")
    }
    var entries: DecodedValues?
    try unsafe withBody(of: page, in: chunk) { (bytes, decoder) throws(ParquetFormatError) in
      // No entry takes less than a bit.
      guard unsafe count <= bytes.count * 8 else {
        throw .corrupt("a dictionary page with an impossible count")
      }
      var values = DecodedValues(decoder.leaf, capacity: count)
      try unsafe values.appendPlain(&bytes, count: count)
      if values.kind == .bytes { values.padStrings() }
      entries = values
    }
    dictionary = entries
  }

  /// Decodes a data page behind what `data` has already. `data` must have room.
  mutating func read(
    _ page: ChunkPage, in chunk: [UInt8], into data: inout LeafData
  ) throws(ParquetFormatError) {
    switch page.header.content {
    case .dictionaryPage, .indexPage: return
    case .dataPage(let header):
      guard header.definitionLevelEncoding == .rle || leaf.maxDefinitionLevel == 0,
        header.repetitionLevelEncoding == .rle || leaf.maxRepetitionLevel == 0
      else { throw .unsupported("levels in the deprecated BIT_PACKED encoding") }
      let slots = Int(header.valueCount)
      try unsafe withBody(of: page, in: chunk) { (bytes, decoder) throws(ParquetFormatError) in
        var repetition: PageBytes?
        var definition: PageBytes?
        if decoder.leaf.maxRepetitionLevel > 0 { unsafe repetition = try bytes.take(try bytes.uint32()) }
        if decoder.leaf.maxDefinitionLevel > 0 { unsafe definition = try bytes.take(try bytes.uint32()) }
        try unsafe decoder.decode(slots, header.encoding, repetition, definition, &bytes, &data)
      }
    case .dataPageV2(let header):
      let slots = Int(header.valueCount)
      try unsafe withBody(of: page, in: chunk) { (bytes, decoder) throws(ParquetFormatError) in
        let repetition = try unsafe bytes.take(Int(header.repetitionLevelsByteLength))
        let definition = try unsafe bytes.take(Int(header.definitionLevelsByteLength))
        try unsafe decoder.decode(
          slots, header.encoding, decoder.leaf.maxRepetitionLevel > 0 ? repetition : nil,
          decoder.leaf.maxDefinitionLevel > 0 ? definition : nil, &bytes, &data)
      }
    }
  }

  private mutating func decode(
    _ slots: Int, _ encoding: Encoding, _ repetition: PageBytes?, _ definition: PageBytes?,
    _ bytes: inout PageBytes, _ data: inout LeafData
  ) throws(ParquetFormatError) {
    let codes = unsafe codes.memory(slots + 8)
    if var repetition = unsafe repetition {
      try unsafe repetition.decodeRunLength(
        width: bitWidth(of: leaf.maxRepetitionLevel), count: slots, to: codes)
      try unsafe checkLevels(codes, slots, greatest: UInt32(leaf.maxRepetitionLevel))
      unsafe data.repetition.append(contentsOf: UnsafeBufferPointer(start: codes, count: slots))
    }
    var present = slots
    if var definition = unsafe definition {
      let greatest = UInt32(leaf.maxDefinitionLevel)
      let width = bitWidth(of: leaf.maxDefinitionLevel)
      let isFlat = leaf.maxDefinitionLevel == 1 && leaf.maxRepetitionLevel == 0
      if unsafe isFlat && definition.isOneRun(of: 1, width: width, count: slots) {
        data.appendPresent(slots)
      } else {
        try unsafe definition.decodeRunLength(width: width, count: slots, to: codes)
        try unsafe checkLevels(codes, slots, greatest: greatest)
        present = 0
        for index in 0..<slots { present += unsafe codes[index] == greatest ? 1 : 0 }
        if isFlat {
          unsafe data.appendValidity(codes, slots)
        } else {
          unsafe data.definition.append(contentsOf: UnsafeBufferPointer(start: codes, count: slots))
        }
      }
    }
    data.slotCount += slots
    try unsafe decodeValues(present, encoding, &bytes, &data.values)
  }

  private func checkLevels(
    _ levels: UnsafePointer<UInt32>, _ count: Int, greatest: UInt32
  ) throws(ParquetFormatError) {
    var found: UInt32 = 0
    for index in 0..<count { found = unsafe max(found, levels[index]) }
    guard found <= greatest else { throw .corrupt("a level above the schema's depth") }
  }

  private mutating func decodeValues(
    _ count: Int, _ encoding: Encoding, _ bytes: inout PageBytes, _ values: inout DecodedValues
  ) throws(ParquetFormatError) {
    if count == 0 { return }
    switch encoding {
    case .plain: try unsafe values.appendPlain(&bytes, count: count)
    case .plainDictionary, .rleDictionary:
      guard let dictionary else { throw .corrupt("a page refers to a dictionary that is not there") }
      let codes = unsafe codes.memory(count + 8)
      let width = Int(try unsafe bytes.byte())
      try unsafe bytes.decodeRunLength(width: width, count: count, to: codes)
      try unsafe values.append(codes, count: count, of: dictionary)
    case .rle:
      let codes = unsafe codes.memory(count + 8)
      try unsafe values.appendRunLengthBooleans(&bytes, count: count, codes)
    case .deltaBinaryPacked: try unsafe values.appendDelta(&bytes, count: count)
    case .deltaLengthByteArray:
      let lengths = unsafe lengths.memory(count)
      try unsafe values.appendDeltaLength(&bytes, count: count, lengths)
    case .deltaByteArray:
      let lengths = unsafe lengths.memory(count)
      let prefixes = unsafe prefixes.memory(count)
      try unsafe values.appendDeltaByteArray(&bytes, count: count, lengths, prefixes)
    case .byteStreamSplit: try unsafe values.appendByteStreamSplit(&bytes, count: count)
    case .bitPacked, .alp: throw .unsupported("encoding \(encoding)")
    }
  }

  /// Calls `use` with the uncompressed bytes of a page. Levels of a version 2 page are never compressed.
  private mutating func withBody(
    of page: ChunkPage, in chunk: [UInt8],
    _ use: (inout PageBytes, inout LeafDecoder) throws(ParquetFormatError) -> Void
  ) throws(ParquetFormatError) {
    var buffer = ByteBuffer(capacity: 0)
    swap(&buffer, &self.page)
    defer { swap(&buffer, &self.page) }
    try unsafe chunk.withUnsafeBufferPointer { (all) throws(ParquetFormatError) in
      let body = unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[page.body]))
      if let crc = page.header.crc, unsafe pageChecksum(body) != crc {
        throw .corrupt("a page does not match its checksum")
      }
      var levels = 0
      var isCompressed = codec != .uncompressed
      if case .dataPageV2(let header) = page.header.content {
        levels = Int(header.repetitionLevelsByteLength) + Int(header.definitionLevelsByteLength)
        isCompressed = isCompressed && header.isCompressed
      }
      guard let start = body.baseAddress else { throw .corrupt("an empty page") }
      if !isCompressed {
        var bytes = unsafe PageBytes(start, count: body.count)
        return try unsafe use(&bytes, &self)
      }
      let size = Int(page.header.uncompressedSize) - levels
      guard levels <= body.count, size >= 0 else { throw .corrupt("a page is shorter than its levels") }
      let values = unsafe UnsafeRawBufferPointer(rebasing: body[levels...])
      if levels == 0 {
        try unsafe decompressor.decompress(values, codec: codec, size: size, into: &buffer)
      } else {
        var tail = ByteBuffer(capacity: 0)
        if size > 0 { try unsafe decompressor.decompress(values, codec: codec, size: size, into: &tail) }
        buffer.removeAll()
        unsafe buffer.append(UnsafeRawBufferPointer(rebasing: body[..<levels]))
        unsafe buffer.append(tail.bytes)
      }
      let whole = unsafe buffer.bytes
      guard let first = whole.baseAddress else { throw .corrupt("an empty page") }
      var bytes = unsafe PageBytes(first, count: whole.count)
      try unsafe use(&bytes, &self)
    }
  }
}

extension LeafData {
  /// A page without nulls.
  fileprivate mutating func appendPresent(_ count: Int) {
    if validity.isEmpty { return }
    extendValidity(to: slotCount + count)
    for slot in slotCount..<slotCount + count { validity[slot >> 6] |= 1 << UInt64(slot & 63) }
  }

  fileprivate mutating func appendValidity(_ levels: UnsafePointer<UInt32>, _ count: Int) {
    if validity.isEmpty {
      extendValidity(to: slotCount + count)
      for slot in 0..<slotCount { validity[slot >> 6] |= 1 << UInt64(slot & 63) }
    } else {
      extendValidity(to: slotCount + count)
    }
    for index in 0..<count {
      let slot = slotCount + index
      validity[slot >> 6] |= unsafe UInt64(levels[index] & 1) << UInt64(slot & 63)
    }
  }

  private mutating func extendValidity(to slots: Int) {
    let words = (slots + 63) / 64
    if words > validity.count {
      validity.append(contentsOf: repeatElement(0, count: words - validity.count))
    }
  }
}
