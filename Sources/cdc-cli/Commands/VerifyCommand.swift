internal import ArgumentParser
internal import CDCCore
internal import Synchronization

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares every row of the destination with the source, at one position of its log.",
    discussion: "First applies the changes up to that position. Exits with 3 where anything differs.")

  @Option(help: ArgumentHelp("Differing rows that are named, a table.", valueName: "number")) var named = 20
  @Flag(help: "Print the result as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let parts = try Composition(try options.load())
    try await parts.requireReachable()
    let progress = ProgressReporter(isQuiet: false)
    let report = try await Self.verify(parts, progress, named: named)
    progress.finish()
    if json { try JSONOutput.print(VerificationResult(report)) } else { Terminal.print(report.text) }
    if !report.isEqual { throw CheckFailed() }
  }

  static func verify(
    _ parts: Composition, _ progress: ProgressReporter, named: Int
  ) async throws -> VerificationReport {
    let rows = Mutex(0)
    let options = VerificationOptions(namedRows: named, readers: parts.settings.readers) { count in
      let sum = rows.withLock { rows in
        rows += count
        return rows
      }
      progress.count("verify", sum, "row")
    }
    return try await parts.pipeline(progress: progress).verify(options)
  }
}

extension VerificationReport {
  /// For people: a table of tables, then what differs.
  var text: String {
    var table = TextTable(("table", .left), ("rows", .right), ("copied", .right), ("result", .left))
    for entry in tables {
      table.append(
        entry.table.description, grouped(entry.sourceRows), grouped(entry.destinationRows), entry.summary)
    }
    var text = table.text + "\n"
    for entry in tables where !entry.isEqual {
      for difference in entry.shape { text += "\n\(entry.table): \(difference)" }
      for difference in entry.differences { text += "\n\(entry.table): \(difference.text)" }
      let unnamed = entry.missing + entry.extra + entry.different - entry.differences.count
      if unnamed > 0 { text += "\n\(entry.table): … and \(plural(unnamed, "more row"))" }
    }
    let verdict = isEqual ? "equal" : "NOT equal"
    return text
      + "\nVerify: \(plural(tables.count, "table")), \(plural(rowCount, "row")), \(verdict) at \(position), "
      + "\(decimal(seconds(duration), places: 1)) s."
  }
}

extension TableVerification {
  var summary: String {
    if isEqual { return "equal" }
    let counts = [(missing, "missing"), (extra, "extra"), (different, "different")].filter { $0.0 > 0 }
    let texts = counts.map { "\(grouped($0.0)) \($0.1)" } + (shape.isEmpty ? [] : ["other shape"])
    return (isExhaustive ? "" : "at least ") + texts.joined(separator: ", ")
  }
}

extension RowDifference {
  var text: String {
    switch kind {
    case .missing: "the row \(key) is missing at the destination"
    case .extra: "the row \(key) is at the destination only"
    case .different: "the row \(key) differs in \(columns.joined(separator: ", "))"
    }
  }
}

private struct VerificationResult: Encodable {
  struct Row: Encodable {
    let kind: String
    let key: String
    let columns: [String]
  }

  struct Table: Encodable {
    let table: String
    let sourceRows, destinationRows, missing, extra, different: Int
    let isEqual, isExhaustive: Bool
    let shape: [String]
    let rows: [Row]
  }

  let isEqual: Bool
  let position: String
  let seconds: Double
  let tables: [Table]

  init(_ report: VerificationReport) {
    isEqual = report.isEqual
    position = report.position.description
    seconds = cdc_cli.seconds(report.duration)
    tables = report.tables.map { table in
      Table(
        table: table.table.description, sourceRows: table.sourceRows, destinationRows: table.destinationRows,
        missing: table.missing, extra: table.extra, different: table.different, isEqual: table.isEqual,
        isExhaustive: table.isExhaustive, shape: table.shape.map(\.description),
        rows: table.differences.map { Row(kind: $0.kind.rawValue, key: $0.key, columns: $0.columns) })
    }
  }
}
