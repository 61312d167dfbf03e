internal import CDCCore

/// What the demo ends with: what was done, how fast, and how to look at it.
struct DemoReport {
  let load: LoadReport
  let simulation: SimulationRun.Report
  let capture: CaptureReport
  let verification: VerificationReport
  /// Where the tables are: `the lake ./lake`.
  let place: String
  /// How to read one of them.
  let reading: [String]

  var text: String {
    [tables, steps, verdict].joined(separator: "\n\n")
  }

  private var tables: String {
    var table = TextTable(
      ("table", .left), ("loaded", .right), ("changes", .right), ("verified", .right), ("", .left))
    let verified = Dictionary(
      verification.tables.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in load.tables.sorted(by: { $0.name < $1.name }) {
      let result = verified[entry.name]
      table.append(
        entry.name.description, grouped(entry.rows), grouped(capture.changes[entry.name] ?? 0),
        result.map { grouped($0.sourceRows) } ?? "–", result?.summary ?? "not verified")
    }
    return table.text
  }

  private var steps: String {
    var table = TextTable(
      ("step", .left), ("tables", .right), ("rows", .right), ("seconds", .right), ("rows/s", .right))
    func append(_ step: String, _ tables: Int, _ rows: Int, _ duration: Duration) {
      table.append(
        step, grouped(tables), grouped(rows), decimal(seconds(duration), places: 2), perSecond(rows, duration)
      )
    }
    append("full load", load.tables.count, load.rows, load.duration)
    append("simulate", capture.changes.count, simulation.counts.total, simulation.duration)
    append("cdc", capture.changes.count, capture.changeCount, capture.duration)
    append("verify", verification.tables.count, verification.rowCount, verification.duration)
    return table.text
  }

  private var verdict: String {
    var text = ""
    for entry in verification.tables {
      for difference in entry.shape { text += "\(entry.table): \(difference)\n" }
      for difference in entry.differences { text += "\(entry.table): \(difference.text)\n" }
    }
    text +=
      verification.isEqual
      ? "Every row in \(place) equals the source at \(verification.position)."
      : "What is in \(place) does NOT equal the source at \(verification.position)."
    return text + "\nTo read it:\n" + reading.map { "  \($0)" }.joined(separator: "\n")
  }
}
