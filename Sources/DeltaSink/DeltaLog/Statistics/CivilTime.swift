import CDCCore

/// Dates and times of the proleptic Gregorian calendar as the log writes them: `2023-01-15`,
/// `2023-06-15T12:30:00.000Z`. Years 1 to 9999; others have no text that every reader takes.
enum CivilTime {
  private static let microsecondsPerDay: Int64 = 86_400_000_000

  /// - Parameter days: since 1970-01-01.
  static func date(_ days: Int) -> String? {
    guard let date = civil(days) else { return nil }
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  /// Milliseconds where that is exact, else microseconds: a bound must not be rounded towards the values.
  ///
  /// - Parameter microseconds: since 1970-01-01T00:00:00.
  static func timestamp(_ microseconds: Int64, zone: String) -> String? {
    let days = floorDivide(microseconds, microsecondsPerDay)
    let rest = Int(microseconds - days * microsecondsPerDay)
    guard let date = date(Int(days)) else { return nil }
    let seconds = rest / 1_000_000
    let fraction = rest % 1_000_000
    let digits = fraction % 1000 == 0 ? padded(fraction / 1000, 3) : padded(fraction, 6)
    return "\(date)T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
      + ".\(digits)\(zone)"
  }

  /// Days since 1970-01-01; nil where the text is no date.
  static func parseDate(_ text: Substring) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, let year = number(parts[0]),
      let month = number(parts[1]),
      let day = number(parts[2]), year >= 1, (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = self.days(year, month, day)
    guard let back = civil(days), (back.year, back.month, back.day) == (year, month, day) else { return nil }
    return days
  }

  /// Microseconds since 1970-01-01T00:00:00, in UTC where the text has an offset. Takes `T` or a space, up
  /// to nine digits of a second (those after the sixth are dropped), `Z`, `+01:00` or nothing.
  static func parseTimestamp(_ text: String) -> Int64? {
    guard text.utf8.count >= 19, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let dateEnd = text.index(text.startIndex, offsetBy: 10)
    guard let days = parseDate(text[..<dateEnd]), "T ".contains(text[dateEnd]) else { return nil }
    var rest = text[text.index(after: dateEnd)...]
    let offset = takeOffset(&rest)
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let offset, parts.count == 3, let hour = number(parts[0]), let minute = number(parts[1]), hour < 24,
      minute < 60, let microseconds = seconds(parts[2])
    else { return nil }
    return Int64(days) * microsecondsPerDay + Int64((hour * 60 + minute - offset) * 60_000_000 + microseconds)
  }

  /// The zone's minutes east of UTC, cut off the text; nil where it is no zone.
  private static func takeOffset(_ text: inout Substring) -> Int? {
    guard let start = text.firstIndex(where: { "Z+-".contains($0) }) else { return 0 }
    let zone = text[start...]
    text = text[..<start]
    if zone == "Z" { return 0 }
    let parts = zone.dropFirst().split(separator: ":")
    guard parts.count == 2, let hours = number(parts[0]), let minutes = number(parts[1]), hours < 24,
      minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (zone.first == "-" ? -1 : 1)
  }

  /// `30` or `30.123` as microseconds.
  private static func seconds(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap(number), whole < 60 else { return nil }
    guard parts.count > 1 else { return whole * 1_000_000 }
    guard parts.count == 2, (1...9).contains(parts[1].utf8.count), number(parts[1]) != nil,
      let fraction = Int((parts[1] + "00000").prefix(6))
    else { return nil }
    return whole * 1_000_000 + fraction
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && text.utf8.count <= 9 ? Int(text) : nil
  }

  private static func padded(_ number: Int, _ width: Int) -> String { LogFileName.padded(number, width) }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a / b - (a % b < 0 ? 1 : 0) }

  /// Nil before 0001-01-01 and after 9999-12-31.
  private static func civil(_ days: Int) -> CalendarDate? {
    (-719_162...2_932_896).contains(days) ? CalendarDate(daysSince1970: days) : nil
  }

  /// Counts in years that begin in March, as `CalendarDate` does.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
