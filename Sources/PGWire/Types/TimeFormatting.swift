/// time, timetz and interval have no Delta type: their binary forms become the text that the server would print
/// (DateStyle ISO, IntervalStyle iso_8601). Source: PostgreSQL, datetime.c, `EncodeTimeOnly`, `EncodeInterval`.
extension [UInt8] {
  /// int64: microseconds since midnight, 24:00:00 included.
  mutating func append(time field: RawSpan) throws(ValueError) {
    guard field.byteCount == 8 else { throw .malformed }
    try append(timeOfDay: field.int64(0))
  }

  /// int64 as of `time`, int32: seconds *west* of UTC.
  mutating func append(timetz field: RawSpan) throws(ValueError) {
    guard field.byteCount == 12 else { throw .malformed }
    try append(timeOfDay: field.int64(0))
    let west = Int(field.int32(8))
    guard abs(west) < 86_400 else { throw .malformed }
    append(west <= 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
    let seconds = abs(west)
    append(twoDigits: seconds / 3600)
    guard seconds % 3600 != 0 else { return }
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds / 60 % 60)
    guard seconds % 60 != 0 else { return }
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds % 60)
  }

  mutating func append(timeOfDay microseconds: Int64) throws(ValueError) {
    guard microseconds >= 0, microseconds <= microsecondsPerDay else { throw .malformed }
    let seconds = Int(microseconds / 1_000_000)
    append(twoDigits: seconds / 3600)
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds / 60 % 60)
    append(UInt8(ascii: ":"))
    append(twoDigits: seconds % 60)
    append(fraction: Int(microseconds % 1_000_000))
  }

  /// `.` and microseconds without trailing zeros; nothing for zero.
  private mutating func append(fraction microseconds: Int) {
    guard microseconds != 0 else { return }
    append(UInt8(ascii: "."))
    var rest = microseconds
    var unit = 100_000
    while rest > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  /// int64 microseconds, int32 days, int32 months; all at their extremes: infinity (PostgreSQL 17).
  mutating func append(interval field: RawSpan) throws(ValueError) {
    guard field.byteCount == 16 else { throw .malformed }
    let time = field.int64(0)
    let days = field.int32(8)
    let months = field.int32(12)
    if time == .max, days == .max, months == .max { return append(text: "infinity") }
    if time == .min, days == .min, months == .min { return append(text: "-infinity") }
    if time == 0, days == 0, months == 0 { return append(text: "PT0S") }
    append(UInt8(ascii: "P"))
    append(Int(months / 12), "Y")
    append(Int(months % 12), "M")
    append(Int(days), "D")
    guard time != 0 else { return }
    append(UInt8(ascii: "T"))
    let seconds = time / 1_000_000
    append(Int(seconds / 3600), "H")
    append(Int(seconds / 60 % 60), "M")
    let rest = Int(time % 60_000_000)
    guard rest != 0 else { return }
    if rest < 0 { append(UInt8(ascii: "-")) }
    append(decimal: abs(rest) / 1_000_000)
    append(fraction: abs(rest) % 1_000_000)
    append(UInt8(ascii: "S"))
  }

  private mutating func append(_ value: Int, _ unit: Unicode.Scalar) {
    guard value != 0 else { return }
    append(decimal: value)
    append(UInt8(ascii: unit))
  }
}
