import CDCCore

/// One table of the store: its columns, what is added once it is filled, and how its rows are made.
struct StoreTable: Sendable {
  let name: String
  /// Between the parentheses of CREATE TABLE, without keys: filling is faster before there are any.
  let columns: String
  let primaryKey: String
  /// `ALTER TABLE … ADD` clauses, after every table has its primary key.
  var foreignKeys: [String] = []
  /// Units that `append` makes rows of: rows themselves, or invoices in the case of their lines.
  let units: @Sendable (StoreScale) -> Int
  /// Appends the rows of a unit; units count from 1.
  let append: @Sendable (StoreScale, Int, inout CopyText) -> Void

  var createStatement: String { "CREATE TABLE \(name) (\n  \(columns)\n)" }

  /// In an order in which foreign keys can be met.
  static let all = [
    genre, mediaType, artist, album, track, playlist, playlistTrack, employee, customer, invoice, invoiceLine,
  ]
}

extension SeededRandom {
  mutating func person() -> (first: String, last: String) { (pick(Words.firstNames), pick(Words.lastNames)) }

  mutating func title() -> String {
    switch below(4) {
    case 0: "\(pick(Words.adjectives)) \(pick(Words.nouns))"
    case 1: "The \(pick(Words.nouns))"
    case 2: "\(pick(Words.nouns)) of the \(pick(Words.adjectives)) \(pick(Words.nouns))"
    default: "\(pick(Words.nouns)) & \(pick(Words.nouns))"
    }
  }

  /// A day between 2021-01-01 and 2025-12-31 plus a time of day, in microseconds.
  mutating func moment() -> (date: CalendarDate, microseconds: Int) {
    (CalendarDate(daysSince1970: 18_628 + below(1826)), below(86_400_000) * 1000)
  }
}

extension String {
  /// Letters and digits of ASCII only, for addresses.
  var asciiLetters: String { String(lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }) }
}
