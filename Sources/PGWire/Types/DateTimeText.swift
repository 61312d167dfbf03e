/// Dates and timestamps from their text forms under DateStyle ISO: `2024-02-29`, `0044-03-15 BC`,
/// `2024-02-29 12:00:00.5+00`, `infinity`.

func unixDays(text field: RawSpan) throws(ValueError) -> Int32 {
  var offset = 0
  let days = try readDate(field, &offset)
  guard offset == field.byteCount else { throw .malformed }
  return try checked(unixDays: days)
}

/// - Parameter zoned: whether an offset from UTC must follow.
func unixMicroseconds(text field: RawSpan, zoned: Bool) throws(ValueError) -> Int64 {
  var offset = 0
  let date = try readYearMonthDay(field, &offset)
  try expect(UInt8(ascii: " "), field, &offset)
  var time = try readTime(field, &offset)
  if zoned { time -= try readZone(field, &offset) * 1_000_000 }
  let days = try daysSince1970(date, isBC: readBC(field, &offset))
  guard offset == field.byteCount else { throw .malformed }
  // A day more or less, as the offset from UTC may bring the time back; far away, microseconds would overflow.
  guard abs(days) < 3_000_000 else { throw .outOfRange }
  return try checked(unixMicroseconds: days * microsecondsPerDay + time)
}

private typealias YearMonthDay = (year: Int64, month: Int64, day: Int64)

private func readDate(_ field: RawSpan, _ offset: inout Int) throws(ValueError) -> Int64 {
  let date = try readYearMonthDay(field, &offset)
  return try daysSince1970(date, isBC: readBC(field, &offset))
}

private func readYearMonthDay(
  _ field: RawSpan, _ offset: inout Int
) throws(ValueError) -> YearMonthDay {
  guard field.byteCount > 0, field.byte(0) &- UInt8(ascii: "0") < 10 else {
    throw field.equals("infinity") || field.equals("-infinity") ? .infinite : .malformed
  }
  let year = try readDigits(4...7, field, &offset)
  try expect(UInt8(ascii: "-"), field, &offset)
  let month = try readDigits(2...2, field, &offset)
  try expect(UInt8(ascii: "-"), field, &offset)
  let day = try readDigits(2...2, field, &offset)
  guard year >= 1, (1...12).contains(month), (1...31).contains(day) else { throw .malformed }
  return (year, month, day)
}

/// Microseconds since midnight.
private func readTime(_ field: RawSpan, _ offset: inout Int) throws(ValueError) -> Int64 {
  let hour = try readDigits(2...2, field, &offset)
  try expect(UInt8(ascii: ":"), field, &offset)
  let minute = try readDigits(2...2, field, &offset)
  try expect(UInt8(ascii: ":"), field, &offset)
  let second = try readDigits(2...2, field, &offset)
  guard hour <= 24, minute < 60, second <= 60 else { throw .malformed }
  var microsecond: Int64 = 0
  if offset < field.byteCount, field.byte(offset) == UInt8(ascii: ".") {
    offset += 1
    let start = offset
    microsecond = try readDigits(1...6, field, &offset)
    for _ in (offset - start)..<6 { microsecond *= 10 }
  }
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond
}

/// Seconds east of UTC.
private func readZone(_ field: RawSpan, _ offset: inout Int) throws(ValueError) -> Int64 {
  guard offset < field.byteCount else { throw .malformed }
  let sign = field.byte(offset)
  guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .malformed }
  offset += 1
  var seconds = try readDigits(2...2, field, &offset) * 3600
  var unit: Int64 = 60
  while unit >= 1, offset < field.byteCount, field.byte(offset) == UInt8(ascii: ":") {
    offset += 1
    seconds += try readDigits(2...2, field, &offset) * unit
    unit /= 60
  }
  return sign == UInt8(ascii: "-") ? -seconds : seconds
}

private func readBC(_ field: RawSpan, _ offset: inout Int) -> Bool {
  guard offset < field.byteCount, field.extracting(offset..<field.byteCount).equals(" BC") else {
    return false
  }
  offset += 3
  return true
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, by counting in eras of 400 years
/// that begin on March 1st.
private func daysSince1970(_ date: YearMonthDay, isBC: Bool) throws(ValueError) -> Int64 {
  var year = isBC ? 1 - date.year : date.year
  if date.month <= 2 { year -= 1 }
  let era = (year >= 0 ? year : year - 399) / 400
  let yearOfEra = year - era * 400
  let dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

@inline(__always)
private func expect(
  _ character: UInt8, _ field: RawSpan, _ offset: inout Int
) throws(ValueError) {
  guard offset < field.byteCount, field.byte(offset) == character else { throw .malformed }
  offset += 1
}

@inline(__always)
private func readDigits(
  _ allowed: ClosedRange<Int>, _ field: RawSpan, _ offset: inout Int
) throws(ValueError) -> Int64 {
  let start = offset
  var value: Int64 = 0
  while offset < field.byteCount, offset - start < allowed.upperBound {
    let digit = field.byte(offset) &- UInt8(ascii: "0")
    guard digit < 10 else { break }
    value = value * 10 + Int64(digit)
    offset += 1
  }
  guard offset - start >= allowed.lowerBound else { throw .malformed }
  return value
}
