// The loops that find least and greatest values.

/// - Precondition: count > 0
@inline(__always)
func leastAndGreatest<Value: FixedWidthInteger>(
  _ values: UnsafePointer<Value>, count: Int
) -> (Value, Value) {
  var least = unsafe values[0]
  var greatest = least
  for index in 0..<count {
    let value = unsafe values[index]
    least = value < least ? value : least
    greatest = value > greatest ? value : greatest
  }
  return (least, greatest)
}

/// NaNs are counted and left out; a zero bound takes the sign that covers both zeros (parquet.thrift,
/// `ColumnOrder.TYPE_ORDER`). Nil bounds where all are NaN.
func floatBounds<Value: BinaryFloatingPoint>(
  _ values: UnsafePointer<Value>, count: Int
) -> (bounds: (Value, Value)?, nanCount: Int) {
  var least = Value.infinity
  var greatest = -Value.infinity
  var nans = 0
  for index in 0..<count {
    let value = unsafe values[index]
    least = value < least ? value : least
    greatest = value > greatest ? value : greatest
    nans &+= value != value ? 1 : 0
  }
  if nans == count { return (nil, nans) }
  if least == 0 { least = -Value.zero }
  if greatest == 0 { greatest = Value.zero }
  return ((least, greatest), nans)
}

/// The positions of the least and greatest string, by unsigned bytes.
func leastAndGreatest(_ values: ByteArrayView, count: Int) -> (Int, Int) {
  var least = 0
  var greatest = 0
  var leastPrefix = unsafe values.prefix(0).byteSwapped
  var greatestPrefix = leastPrefix
  for index in 1..<max(count, 1) {
    let prefix = unsafe values.prefix(index).byteSwapped
    if prefix <= leastPrefix, unsafe prefix < leastPrefix || precedes(values, index, least) {
      least = index
      leastPrefix = prefix
    }
    if prefix >= greatestPrefix, unsafe prefix > greatestPrefix || precedes(values, greatest, index) {
      greatest = index
      greatestPrefix = prefix
    }
  }
  return (least, greatest)
}

/// The same among dictionary entries that occur in a page: `codes` are its values, `marks` has room for one
/// byte an entry.
func leastAndGreatest(
  _ values: ByteArrayView, entries: UnsafePointer<StringEntry>, distinct: Int,
  codes: UnsafePointer<UInt32>, count: Int, marks: UnsafeMutablePointer<UInt8>
) -> (Int, Int) {
  unsafe marks.update(repeating: 0, count: distinct)
  for index in 0..<count { unsafe marks[Int(codes[index])] = 1 }
  var least = -1
  var greatest = -1
  for entry in 0..<distinct where unsafe marks[entry] != 0 {
    if least < 0 {
      least = entry
      greatest = entry
      continue
    }
    let row = unsafe Int(entries[entry].row)
    let prefix = unsafe entries[entry].prefix.byteSwapped
    let low = unsafe entries[least].prefix.byteSwapped
    let high = unsafe entries[greatest].prefix.byteSwapped
    if unsafe prefix < low || (prefix == low && precedes(values, row, Int(entries[least].row))) {
      least = entry
    }
    if unsafe prefix > high || (prefix == high && precedes(values, Int(entries[greatest].row), row)) {
      greatest = entry
    }
  }
  return unsafe (Int(entries[least].row), Int(entries[greatest].row))
}

@inline(never)
private func precedes(_ values: ByteArrayView, _ left: Int, _ right: Int) -> Bool {
  unsafe values.slice(left).lexicographicallyPrecedes(values.slice(right))
}
