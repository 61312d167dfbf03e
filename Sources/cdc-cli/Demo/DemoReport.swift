internal import CDCCore
internal import FoundationEssentials

/// What the demo ends with: what was done, how fast, and how to look at it.
struct DemoReport {
  let load: LoadReport
  let simulation: SimulationRun.Report
  let capture: CaptureReport
  let verification: VerificationReport
  let lake: String

  var text: String {
    [tables, steps, reading].joined(separator: "\n\n")
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

  private var reading: String {
    var text = ""
    for entry in verification.tables {
      for difference in entry.shape { text += "\(entry.table): \(difference)\n" }
      for difference in entry.differences { text += "\(entry.table): \(difference.text)\n" }
    }
    let verdict =
      verification.isEqual
      ? "Every row of the lake equals the source at \(verification.position)."
      : "The lake does NOT equal the source at \(verification.position)."
    let root = lake.hasPrefix("/") ? lake : FileManager.default.currentDirectoryPath + "/" + bare
    let path = "\(root)/public/invoice"
    return text + """
      \(verdict)
      The lake lies in \(lake), a table in LAKE/SCHEMA/TABLE. To read it:
        duckdb -c "INSTALL delta; LOAD delta; SELECT status, count(*), sum(total) FROM delta_scan('\(path)') GROUP BY status"
        python3 -c "import polars; print(polars.read_delta('\(path)').group_by('status').agg(polars.sum('total')))"
      """
  }

  private var bare: String { lake.hasPrefix("./") ? String(lake.dropFirst(2)) : lake }
}
