/// Dates and timestamps as text under DateStyle ISO, of every year that PostgreSQL has, as bounds of ranges need them.
/// Source: PostgreSQL, datetime.c, `EncodeDateOnly`, `EncodeDateTime`.
extension [UInt8] {
  /// int32: days since 2000-01-01.
  mutating func append(date field: RawSpan) throws(ValueError) {
    guard field.byteCount == 4 else { throw .malformed }
    switch field.int32(0) {
    case .max: append(text: "infinity")
    case .min: append(text: "-infinity")
    case let days:
      let isBC = append(day: Int64(days))
      if isBC { append(text: " BC") }
    }
  }

  /// int64: microseconds since 2000-01-01.
  mutating func append(timestamp field: RawSpan, zone: StaticString) throws(ValueError) {
    guard field.byteCount == 8 else { throw .malformed }
    let value = field.int64(0)
    if value == .max { return append(text: "infinity") }
    if value == .min { return append(text: "-infinity") }
    var (day, time) = value.quotientAndRemainder(dividingBy: microsecondsPerDay)
    if time < 0 { (day, time) = (day - 1, time + microsecondsPerDay) }
    let isBC = append(day: day)
    append(UInt8(ascii: " "))
    try append(timeOfDay: time)
    append(text: zone)
    if isBC { append(text: " BC") }
  }

  /// By counting in eras of 400 years that begin on March 1st; the year before 1 is 1 BC.
  private mutating func append(day daysSince2000: Int64) -> Bool {
    let days = daysSince2000 + 10_957 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let printed = Int(year > 0 ? year : 1 - year)
    for unit in [1000, 100, 10] where printed < unit { append(UInt8(ascii: "0")) }
    append(decimal: printed)
    append(UInt8(ascii: "-"))
    append(twoDigits: Int(month))
    append(UInt8(ascii: "-"))
    append(twoDigits: Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    return year <= 0
  }
}
