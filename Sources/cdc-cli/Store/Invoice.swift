import CDCCore

/// One sale: an invoice and its lines, which add up to its total. Made anew, and the same, wherever it is asked for.
struct Invoice {
  struct Line {
    let id: Int
    let track: Int
    let cents: Int
    let quantity: Int
  }

  /// Line numbers of an invoice lie in a block of their own, so that new invoices need to ask for none.
  static let linesPerInvoice = 8

  let id: Int
  let customer: Int
  let date: CalendarDate
  let microseconds: Int
  let place: (country: String, code: String, city: String)
  let address: String
  let status: String
  let lines: [Line]

  var cents: Int { lines.reduce(0) { $0 + $1.cents * $1.quantity } }

  /// - Parameter count: how many invoices share the five years; those after them follow on the last day.
  /// - Parameter lineCount: nil: one to seven, four on average.
  init(_ scale: StoreScale, _ id: Int, among count: Int, lineCount: Int? = nil) {
    var random = scale.random(.invoice, id)
    self.id = id
    customer = random.skewed(below: scale.customers) + 1
    date = CalendarDate(daysSince1970: 18_628 + min((id - 1) * 1826 / max(count, 1), 1826))
    microseconds = random.below(86_400) * 1_000_000
    place = random.pick(Words.places)
    address = "\(random.within(1...240)) \(random.pick(Words.streets))"
    status = random.pick(Words.statuses)
    let drawn = random.within(1...7)
    lines = (0..<(lineCount ?? drawn)).map { position in
      let track = random.skewed(below: scale.tracks) + 1
      return Line(
        id: (id - 1) * Self.linesPerInvoice + position + 1, track: track, cents: scale.trackPrice(track),
        quantity: random.chance(90) ? 1 : 2)
    }
  }

  func append(to row: inout CopyText) {
    row.integer(id)
    row.integer(customer)
    row.timestamp(date, microseconds: microseconds)
    row.text(address)
    row.text(place.city)
    row.text(place.country)
    row.text(status)
    row.decimal(cents)
    row.endRow()
  }

  func appendLines(to row: inout CopyText) {
    for line in lines {
      row.integer(line.id)
      row.integer(id)
      row.integer(line.track)
      row.decimal(line.cents)
      row.integer(line.quantity)
      row.endRow()
    }
  }
}
