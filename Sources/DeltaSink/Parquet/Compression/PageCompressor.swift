// Compresses pages with one zstd or zlib context for the whole file.

import CZlib
import CZstd

/// Owns the library's context; not to be used from two threads at once.
@safe
struct PageCompressor: ~Copyable {
  let codec: CompressionCodec
  private var zstd: OpaquePointer?
  private var gzip: UnsafeMutablePointer<z_stream>?

  init(_ compression: ParquetOptions.Compression) throws(ParquetFormatError) {
    unsafe zstd = nil
    unsafe gzip = nil
    switch compression {
    case .none: codec = .uncompressed
    case .zstd(let level):
      codec = .zstd
      guard let context = unsafe ZSTD_createCCtx() else {
        throw ParquetFormatError(.outOfMemory, "zstd could not create its context")
      }
      unsafe zstd = context
      _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    case .gzip(let level):
      codec = .gzip
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      unsafe stream.initialize(to: z_stream())
      // 15 window bits + 16: a gzip header and trailer, as Compression.md asks for.
      let status = unsafe deflateInit2_(
        stream, min(max(level, 1), 9), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      guard status == Z_OK else {
        unsafe stream.deallocate()
        throw ParquetFormatError(.outOfMemory, "zlib could not create its context (\(status))")
      }
      unsafe gzip = stream
    }
  }

  deinit {
    if let zstd = unsafe zstd { unsafe ZSTD_freeCCtx(zstd) }
    if let gzip = unsafe gzip {
      unsafe deflateEnd(gzip)
      unsafe gzip.deallocate()
    }
  }

  /// Replaces the content of `target` by the compressed source.
  mutating func compress(
    _ source: UnsafeRawBufferPointer, into target: inout ByteBuffer
  ) throws(ParquetFormatError) {
    target.removeAll()
    if let zstd = unsafe zstd {
      let bound = ZSTD_compressBound(source.count)
      let length = unsafe ZSTD_compress2(
        zstd, target.reserve(bound), bound, source.baseAddress, source.count)
      guard ZSTD_isError(length) == 0 else {
        throw ParquetFormatError(.outOfMemory, "zstd could not compress a page")
      }
      target.advance(by: length)
    } else if let gzip = unsafe gzip {
      try unsafe deflatePage(gzip, source, into: &target)
    } else {
      unsafe target.append(source)
    }
  }

  private func deflatePage(
    _ stream: UnsafeMutablePointer<z_stream>, _ source: UnsafeRawBufferPointer,
    into target: inout ByteBuffer
  ) throws(ParquetFormatError) {
    unsafe deflateReset(stream)
    let bound = unsafe Int(deflateBound(stream, uLong(source.count)))
    guard source.count <= Int32.max, bound <= UInt32.max else {
      throw .invalidInput("a page is too large for gzip")
    }
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(source.count)
    unsafe stream.pointee.next_out = target.reserve(bound).assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(bound)
    guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else {
      throw ParquetFormatError(.outOfMemory, "zlib could not compress a page")
    }
    target.advance(by: bound - Int(unsafe stream.pointee.avail_out))
  }
}

/// The CRC-32 of a page header: the page's bytes as they lie in the file.
func pageChecksum(_ bytes: UnsafeRawBufferPointer) -> Int32 {
  let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  let crc = unsafe crc32_z(0, start, bytes.count)
  return Int32(bitPattern: UInt32(truncatingIfNeeded: crc))
}
