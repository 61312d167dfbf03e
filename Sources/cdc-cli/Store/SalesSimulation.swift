/// Plausible work in the store: sales, shipments, new prices, changed accounts, refunds, each a transaction of its own.
/// Makes exactly as many inserted, updated and deleted rows as asked for.
struct SalesSimulation: Sendable {
  struct Counts: Sendable, Hashable {
    var inserts, updates, deletes: Int
    var total: Int { inserts + updates + deletes }
  }

  private var left: Counts
  private var sample: StoreSample
  private var random: SeededRandom
  /// Invoices of the sample that are not deleted; deletions take from the end.
  private var nextInvoice: Int
  private(set) var transactions = 0

  init(_ counts: Counts, sample: StoreSample, seed: UInt64) throws {
    let available = sample.invoices.reduce(0) { $0 + $1.lines.count + 1 }
    guard counts.deletes <= available else {
      throw UsageError(
        "The store has only \(available) invoice rows left to delete, not \(counts.deletes). "
          + "Ask for fewer deletes, or make a larger store with cdc demo --scale.")
    }
    left = counts
    self.sample = sample
    random = SeededRandom(
      seed: seed, stream: StoreScale.Stream.simulation.rawValue, row: sample.lastInvoice + 1)
    nextInvoice = sample.lastInvoice + 1
  }

  /// The next transactions as one script of at least `bytes` characters; nil when the work is done.
  mutating func nextScript(bytes: Int = 64 << 10) -> String? {
    guard left.total > 0 else { return nil }
    var script = ""
    while left.total > 0, script.utf8.count < bytes {
      script += "BEGIN;\n"
      appendTransaction(to: &script)
      script += "COMMIT;\n"
      transactions += 1
    }
    return script
  }

  private mutating func appendTransaction(to script: inout String) {
    let draw = random.below(left.total)
    if draw < left.inserts {
      sale(&script)
      // Who has just bought often rates the store.
      if left.updates > 0, random.chance(30) { rating(&script) }
    } else if draw < left.inserts + left.updates {
      switch random.below(100) {
      case ..<35: account(&script)
      case ..<70: shipment(&script)
      case ..<95: prices(&script)
      default: playlist(&script)
      }
    } else {
      refund(&script)
    }
  }

  // MARK: inserts

  private mutating func sale(_ script: inout String) {
    let lineCount = min(random.within(1...7), left.inserts - 1)
    let invoice = Invoice(sample.scale, nextInvoice, among: sample.lastInvoice, lineCount: lineCount)
    nextInvoice += 1
    left.inserts -= 1 + lineCount
    script +=
      "INSERT INTO invoice VALUES (\(invoice.id), \(invoice.customer), '2026-01-01'::timestamp "
      + "+ interval '\(invoice.microseconds / 1_000_000) seconds', '\(invoice.address)', '\(invoice.place.city)', "
      + "'\(invoice.place.country)', '\(invoice.status)', \(money(invoice.cents)));\n"
    guard !invoice.lines.isEmpty else { return }
    let lines = invoice.lines.map { line in
      "(\(line.id), \(invoice.id), \(line.track), \(money(line.cents)), \(line.quantity))"
    }
    script += "INSERT INTO invoice_line VALUES \(lines.joined(separator: ", "));\n"
  }

  // MARK: updates

  private mutating func rating(_ script: inout String) {
    left.updates -= 1
    script +=
      "UPDATE customer SET rating = \(random.within(1...5)) "
      + "WHERE customer_id = \(random.below(sample.scale.customers) + 1);\n"
  }

  private mutating func account(_ script: inout String) {
    left.updates -= 1
    let place = random.pick(Words.places)
    let change =
      switch random.below(3) {
      case 0:
        "address = '\(random.within(1...240)) \(random.pick(Words.streets))', city = '\(place.city)', "
          + "country = '\(place.country)'"
      case 1: "accepts_mail = NOT accepts_mail"
      default:
        "preferences = jsonb_build_object('genre', '\(random.pick(Words.genres))', 'newsletter', \(random.chance(50)))"
      }
    script +=
      "UPDATE customer SET \(change) WHERE customer_id = \(random.below(sample.scale.customers) + 1);\n"
  }

  private mutating func shipment(_ script: inout String) {
    let ids = distinct(random.within(1...8), below: sample.invoices.count)
    guard !ids.isEmpty else { return account(&script) }
    left.updates -= ids.count
    let list = ids.map { String(sample.invoices[$0].id) }.joined(separator: ", ")
    script += "UPDATE invoice SET status = '\(random.pick(Words.statuses))' WHERE invoice_id IN (\(list));\n"
  }

  private mutating func prices(_ script: inout String) {
    let ids = distinct(random.within(2...20), below: sample.scale.tracks)
    left.updates -= ids.count
    let list = ids.map { String($0 + 1) }.joined(separator: ", ")
    script +=
      "UPDATE track SET unit_price = \(money(random.pick([79, 99, 109, 129, 149, 199]))) "
      + "WHERE track_id IN (\(list));\n"
  }

  /// Another track takes a place on a list: an update that changes the key.
  private mutating func playlist(_ script: inout String) {
    guard let playlist = sample.playlists.keys.min(), let tracks = sample.playlists[playlist],
      let old = tracks.min()
    else { return account(&script) }
    let new = random.below(sample.scale.tracks) + 1
    guard !tracks.contains(new) else { return account(&script) }
    left.updates -= 1
    sample.playlists[playlist]?.remove(old)
    sample.playlists[playlist]?.insert(new)
    script +=
      "UPDATE playlist_track SET track_id = \(new) WHERE playlist_id = \(playlist) AND track_id = \(old);\n"
  }

  private mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    let wanted = min(count, left.updates, bound)
    var chosen: [Int] = []
    while chosen.count < wanted {
      let candidate = random.below(bound)
      if !chosen.contains(candidate) { chosen.append(candidate) }
    }
    return chosen
  }

  // MARK: deletes

  private mutating func refund(_ script: inout String) {
    guard var invoice = sample.invoices.popLast() else { return }
    let whole = left.deletes > invoice.lines.count
    let lines = whole ? invoice.lines : Array(invoice.lines.prefix(left.deletes))
    if !lines.isEmpty {
      script +=
        "DELETE FROM invoice_line WHERE invoice_line_id IN (\(lines.map(String.init).joined(separator: ", ")));\n"
    }
    left.deletes -= lines.count
    if whole {
      script += "DELETE FROM invoice WHERE invoice_id = \(invoice.id);\n"
      left.deletes -= 1
    } else {
      invoice.lines.removeFirst(lines.count)
      sample.invoices.append(invoice)
    }
  }

  private func money(_ cents: Int) -> String {
    "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
  }
}
