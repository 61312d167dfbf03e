// Decompresses pages: zstd, gzip, snappy.

import CZlib
import CZstd

/// Owns a zstd context, made when the first page needs it.
@safe
struct PageDecompressor: ~Copyable {
  private var zstd: OpaquePointer?

  init() { unsafe zstd = nil }

  deinit { if let zstd = unsafe zstd { unsafe ZSTD_freeDCtx(zstd) } }

  /// Replaces the content of `target` by exactly `size` bytes, or throws.
  mutating func decompress(
    _ source: UnsafeRawBufferPointer, codec: CompressionCodec, size: Int, into target: inout ByteBuffer
  ) throws(ParquetFormatError) {
    target.removeAll()
    // No more memory than the compressed bytes can possibly stand for.
    guard size <= source.count * Self.greatestRatio(codec) + 1024 else {
      throw .corrupt("a page claims more bytes than its compressed form can hold")
    }
    let memory = unsafe target.reserve(size)
    switch codec {
    case .zstd: try unsafe decompressZstd(source, to: memory, size: size)
    case .gzip: try unsafe inflatePage(source, to: memory, size: size)
    case .snappy: try unsafe decompressSnappy(source, to: memory, size: size)
    case .uncompressed:
      guard size == source.count else { throw .corrupt("an uncompressed page has two sizes") }
      if let start = source.baseAddress { unsafe memory.copyMemory(from: start, byteCount: size) }
    case .lzo, .brotli, .lz4, .lz4Raw:
      throw .unsupported("codec \(codec) is not supported; rewrite the file with zstd, snappy or gzip")
    }
    target.advance(by: size)
  }

  private static func greatestRatio(_ codec: CompressionCodec) -> Int {
    switch codec {
    case .zstd: 1 << 15  // a block of 128 KiB in 4 bytes
    case .gzip: 1040
    case .snappy: 64
    default: 1
    }
  }

  private mutating func decompressZstd(
    _ source: UnsafeRawBufferPointer, to memory: UnsafeMutableRawPointer, size: Int
  ) throws(ParquetFormatError) {
    if unsafe zstd == nil { unsafe zstd = ZSTD_createDCtx() }
    guard let context = unsafe zstd else {
      throw ParquetFormatError(.outOfMemory, "zstd could not create its context")
    }
    let length = unsafe ZSTD_decompressDCtx(context, memory, size, source.baseAddress, source.count)
    guard ZSTD_isError(length) == 0, length == size else { throw .corrupt("a page is no valid zstd frame") }
  }

  private func inflatePage(
    _ source: UnsafeRawBufferPointer, to memory: UnsafeMutableRawPointer, size: Int
  ) throws(ParquetFormatError) {
    var stream = unsafe z_stream()
    // 15 window bits + 32: gzip or zlib, as the header says.
    let status = unsafe inflateInit2_(
      &stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw ParquetFormatError(.outOfMemory, "zlib could not start") }
    defer { unsafe inflateEnd(&stream) }
    unsafe stream.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.avail_in = UInt32(truncatingIfNeeded: source.count)
    unsafe stream.next_out = memory.assumingMemoryBound(to: UInt8.self)
    unsafe stream.avail_out = UInt32(truncatingIfNeeded: size)
    let result = unsafe inflate(&stream, Z_FINISH)
    guard result == Z_STREAM_END, unsafe stream.avail_out == 0 else {
      throw .corrupt("a page is no valid gzip stream")
    }
  }
}
