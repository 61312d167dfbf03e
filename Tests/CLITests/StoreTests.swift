import CDCCore
import Testing

@testable import cdc_cli

struct StoreTests {
  private func text(_ table: StoreTable, scale: Double, seed: UInt64) -> [UInt8] {
    StoreRows(table: table, scale: StoreScale(scale, seed: seed)).reduce(into: []) { $0 += $1 }
  }

  @Test("the same seed makes the same rows, another seed others", arguments: StoreTable.all.map(\.name))
  func deterministic(name: String) throws {
    let table = try #require(StoreTable.all.first { $0.name == name })
    let first = text(table, scale: 0.001, seed: 7)
    #expect(!first.isEmpty)
    #expect(first == text(table, scale: 0.001, seed: 7))
    // Genres and media types are what they are.
    if !["genre", "media_type"].contains(name) { #expect(first != text(table, scale: 0.001, seed: 8)) }
  }

  @Test("how chunks are cut does not change the rows")
  func chunks() {
    let scale = StoreScale(0.001, seed: 1)
    let small = StoreRows(table: .invoiceLine, scale: scale, chunkBytes: 100).reduce(into: []) { $0 += $1 }
    let large = StoreRows(table: .invoiceLine, scale: scale).reduce(into: []) { $0 += $1 }
    #expect(small == large)
  }

  @Test("scale 1 makes about a million rows")
  func scaleOne() {
    let scale = StoreScale(1, seed: 1)
    let rows = StoreTable.all.reduce(0) { sum, table in
      sum
        + (table.name == "invoice_line"
          ? (1...scale.invoices).reduce(0) { $0 + Invoice(scale, $1, among: scale.invoices).lines.count }
          : table.units(scale))
    }
    #expect((950_000...1_050_000).contains(rows))
  }

  @Test("an invoice's lines add up to its total, and its line numbers are its own")
  func totals() {
    let scale = StoreScale(0.01, seed: 3)
    var seen: Set<Int> = []
    for id in 1...scale.invoices {
      let invoice = Invoice(scale, id, among: scale.invoices)
      #expect(invoice.cents == invoice.lines.reduce(0) { $0 + $1.cents * $1.quantity })
      for line in invoice.lines { #expect(seen.insert(line.id).inserted) }
    }
  }

  @Test("COPY text escapes what would end a field")
  func copyText() {
    var row = CopyText()
    row.text("a\tb\\c\nd")
    row.null()
    row.decimal(-1205)
    row.decimal(5)
    row.boolean(true)
    row.date(CalendarDate(daysSince1970: 19_782))
    row.timestamp(CalendarDate(daysSince1970: -1), microseconds: 3_661_000_042, zone: "+00")
    row.uuid(0x0123_4567_89AB_CDEF, 0xFFFF_FFFF_FFFF_FFFF)
    row.endRow()
    #expect(
      String(decoding: row.bytes, as: UTF8.self)
        == "a\\tb\\\\c\\nd\t\\N\t-12.05\t0.05\tt\t2024-02-29\t1969-12-31 01:01:01.000042+00\t"
        + "01234567-89ab-4def-bfff-ffffffffffff\n")
  }
}
