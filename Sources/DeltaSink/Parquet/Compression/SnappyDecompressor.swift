// Snappy's raw format, decompressed (format_description.txt of google/snappy). Only read: nearly all
// checkpoints of other Delta writers are compressed so.

/// Fills exactly `size` bytes at `target`, or throws.
func decompressSnappy(
  _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, size: Int
) throws(ParquetFormatError) {
  var input = 0
  var length: UInt64 = 0
  var shift: UInt64 = 0
  while true {  // the preamble: the uncompressed length as a varint
    guard input < source.count, shift < 35 else { throw snappyError }
    let byte = unsafe source[input]
    input += 1
    length |= UInt64(byte & 0x7F) << shift
    if byte < 0x80 { break }
    shift += 7
  }
  guard length == UInt64(size) else { throw snappyError }

  var output = 0
  while input < source.count {
    let tag = unsafe source[input]
    input += 1
    if tag & 3 == 0 {
      let literal = try unsafe literalLength(tag, source, &input)
      guard literal <= source.count - input, literal <= size - output else { throw snappyError }
      unsafe UnsafeMutableRawBufferPointer(start: target + output, count: literal)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[input..<input + literal]))
      input += literal
      output += literal
    } else {
      let (count, offset) = try unsafe copyElement(tag, source, &input)
      guard offset > 0, offset <= output, count <= size - output else { throw snappyError }
      if offset >= count {
        unsafe (target + output).copyMemory(from: target + output - offset, byteCount: count)
      } else {
        for index in output..<output + count {  // the copy overlaps itself: it repeats a pattern
          let byte = unsafe target.load(fromByteOffset: index - offset, as: UInt8.self)
          unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
      }
      output += count
    }
  }
  guard output == size else { throw snappyError }
}

private let snappyError = ParquetFormatError.corrupt("a page is no valid snappy block")

private func literalLength(
  _ tag: UInt8, _ source: UnsafeRawBufferPointer, _ input: inout Int
) throws(ParquetFormatError) -> Int {
  let short = Int(tag >> 2)
  if short < 60 { return short + 1 }
  return try unsafe littleEndian(short - 59, source, &input) + 1
}

private func copyElement(
  _ tag: UInt8, _ source: UnsafeRawBufferPointer, _ input: inout Int
) throws(ParquetFormatError) -> (count: Int, offset: Int) {
  switch tag & 3 {
  case 1:
    let low = try unsafe littleEndian(1, source, &input)
    return (Int(tag >> 2 & 7) + 4, Int(tag >> 5) << 8 | low)
  case 2: return (Int(tag >> 2) + 1, try unsafe littleEndian(2, source, &input))
  default: return (Int(tag >> 2) + 1, try unsafe littleEndian(4, source, &input))
  }
}

private func littleEndian(
  _ count: Int, _ source: UnsafeRawBufferPointer, _ input: inout Int
) throws(ParquetFormatError) -> Int {
  guard count <= source.count - input else { throw snappyError }
  var value = 0
  for index in 0..<count { value |= unsafe Int(source[input + index]) << (8 * index) }
  input += count
  return value
}
