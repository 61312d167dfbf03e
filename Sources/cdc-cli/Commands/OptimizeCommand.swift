internal import ArgumentParser
internal import CDCCore
internal import DeltaSink

struct OptimizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize",
    abstract: "Gathers small files and removes deleted rows from the files that hold them.",
    discussion: """
      Takes the destination's tables that --tables names, or all. With --vacuum files that no version younger than the \
      retention needs are deleted as well; earlier versions cannot be read afterwards. On Databricks these are its own \
      OPTIMIZE and VACUUM, which it also runs by itself where predictive optimization is on.
      """)

  @Flag(help: "Also delete files that are past their retention.") var vacuum = false
  @Option(help: ArgumentHelp("How long files that are no longer needed are kept.", valueName: "hours"))
  var retainHours = 168
  @Flag(help: "With --vacuum: only tell which files would go, and do nothing.") var dryRun = false
  @Flag(help: "Print the result as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard (0...1_000_000).contains(retainHours) else { throw ValidationError("--retain-hours is 0 or more.") }
    guard vacuum || !dryRun else { throw ValidationError("--dry-run belongs to --vacuum.") }
  }

  func run() async throws {
    let settings = try options.load()
    let target = try Composition.target(settings)
    let all = try await target.tableNames()
    // Without a word about tables all of them: the default, public.*, is one for sources.
    let names = options.tables.isEmpty ? all : all.filter { settings.resources.hints(for: $0) != nil }
    guard !names.isEmpty else {
      throw UsageError(
        all.isEmpty
          ? "There are no tables in \(target.name). Run cdc run --mode full_load, or name another place with \(target.flags)."
          : "No table in \(target.name) fits --tables. It has \(all.map(\.description).joined(separator: ", "))."
      )
    }
    let progress = ProgressReporter(isQuiet: json)
    var results: [Result] = []
    for name in names {
      progress.step("optimize \(name)")
      let optimized = dryRun ? nil : try await target.optimize(name)
      var result = Result(
        table: name.description, filesRemoved: optimized?.removed, filesAdded: optimized?.added)
      if vacuum {
        let report = try await target.vacuum(name, retainHours: retainHours, dryRun: dryRun)
        (result.filesVacuumed, result.bytesVacuumed) = (report.count, report.bytes)
      }
      results.append(result)
    }
    progress.finish()
    if json { try JSONOutput.print(["tables": results]) } else { show(results) }
  }

  private struct Result: Encodable {
    let table: String
    let filesRemoved, filesAdded: Int?
    var filesVacuumed: Int?
    var bytesVacuumed: Int64?
  }

  private func count(_ number: Int?) -> String { number.map { grouped($0) } ?? "–" }

  private func show(_ results: [Result]) {
    var table = TextTable(headings: [("table", .left), ("files gathered", .right), ("into", .right)])
    if vacuum { table.headings += [(dryRun ? "would be deleted" : "deleted", .right), ("bytes", .right)] }
    for result in results {
      table.rows.append(
        [result.table, count(result.filesRemoved), count(result.filesAdded)]
          + (vacuum
            ? [count(result.filesVacuumed), result.bytesVacuumed.map { bytes($0) } ?? "–"] : []))
    }
    Terminal.print(table.text)
  }
}
