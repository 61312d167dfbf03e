import ArgumentParser
import CDCCore
import Testing

@testable import cdc_cli

struct OutputTests {
  @Test("numbers are grouped and rounded for people")
  func numbers() {
    #expect(grouped(1_234_567) == "1,234,567")
    #expect(grouped(-12) == "-12")
    #expect(decimal(1234.565, places: 2) == "1,234.57")
    #expect(decimal(0.04, places: 1) == "0.0")
    #expect(decimal(-0.04, places: 1) == "0.0")
    #expect(decimal(0.05, places: 1) == "0.1")
    #expect(bytes(999) == "999 bytes")
    #expect(bytes(1_250_000) == "1.3 MB")
    #expect(plural(1, "row") == "1 row")
  }

  @Test("columns of a table are aligned, numbers to the right")
  func table() {
    var table = TextTable(("table", .left), ("rows", .right))
    table.append("a", "1,000")
    table.append("longer", "5")
    #expect(table.text == "table    rows\na       1,000\nlonger      5")
  }

  @Test("an error is one paragraph, and its exit code says whose turn it is")
  func failures() {
    let settings = Failure(CDCError(.configuration, "Set wal_level = logical\n  and restart."))
    #expect(settings.exitCode == 2)
    #expect(Failure.format(settings.paragraph ?? "") == "cdc: Set wal_level = logical and restart.")
    #expect(Failure(CDCError(.noCheckpoint, "x")).exitCode == 1)
    #expect(Failure(CheckFailed()).exitCode == 3)
    #expect(Failure(CheckFailed()).paragraph == nil)
  }

  @Test("the parser's own usage errors exit with 2", arguments: [["run", "--bogus"], ["nonsense"]])
  func usage(arguments: [String]) throws {
    let error = try #require(throws: (any Error).self) { try CDCCommand.parseAsRoot(arguments) }
    #expect(Failure(error).exitCode == 2)
  }
}
