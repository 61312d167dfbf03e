/// Dates and timestamps from their binary forms: days and microseconds since 2000-01-01. What is kept counts from
/// 1970-01-01 and lies in the years 0001 to 9999 of the proleptic Gregorian calendar, which is what Delta's readers
/// (Spark first of all) hold.

private let daysFrom1970To2000: Int32 = 10_957
private let microsecondsFrom1970To2000: Int64 = 946_684_800_000_000
private let firstDay: Int32 = -719_162
private let lastDay: Int32 = 2_932_896
let microsecondsPerDay: Int64 = 86_400_000_000

@inline(__always)
func unixDays(postgresDays days: Int32) throws(ValueError) -> Int32 {
  guard days >= firstDay &- daysFrom1970To2000, days <= lastDay &- daysFrom1970To2000 else {
    throw days == .max || days == .min ? .infinite : .outOfRange
  }
  return days &+ daysFrom1970To2000
}

@inline(__always)
func unixMicroseconds(postgresMicroseconds value: Int64) throws(ValueError) -> Int64 {
  let first = Int64(firstDay) &* microsecondsPerDay &- microsecondsFrom1970To2000
  let end = (Int64(lastDay) &+ 1) &* microsecondsPerDay &- microsecondsFrom1970To2000
  guard value >= first, value < end else {
    throw value == .max || value == .min ? .infinite : .outOfRange
  }
  return value &+ microsecondsFrom1970To2000
}

/// Checks a day counted from 1970 that was parsed from text.
@inline(__always)
func checked(unixDays days: Int64) throws(ValueError) -> Int32 {
  guard days >= Int64(firstDay), days <= Int64(lastDay) else { throw .outOfRange }
  return Int32(truncatingIfNeeded: days)
}

@inline(__always)
func checked(unixMicroseconds value: Int64) throws(ValueError) -> Int64 {
  guard value >= Int64(firstDay) &* microsecondsPerDay,
    value < (Int64(lastDay) &+ 1) &* microsecondsPerDay
  else { throw .outOfRange }
  return value
}
