internal import ArgumentParser
internal import CDCCore
internal import PGWire
internal import Synchronization

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Looks whether everything is there for a run, and says what to do where it is not.",
    discussion: """
      Changes nothing at the source. At the destination it writes, reads and removes a trial of its own; on Databricks it \
      starts the warehouse, and creates schemas and volume where they are missing, as the first run would. \
      Exits with 3 where a run would fail.
      """)

  @Flag(help: "Print the findings as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let parts = try Composition(try options.load())
    let findings = Findings(isQuiet: json)
    await parts.source.findings { findings.add($0, of: "source") }
    await parts.target.findings { findings.add($0, of: "destination") }
    let all = findings.all
    let failures = all.count { $0.outcome == .failed }
    if json {
      try JSONOutput.print(CheckResult(isOk: failures == 0, findings: all))
    } else {
      Terminal.print(
        failures == 0
          ? "\nCheck: all is there for a run." : "\nCheck: \(plural(failures, "thing")) to mend before a run."
      )
    }
    if failures > 0 { throw CheckFailed() }
  }
}

/// Shows findings as they come: a warehouse may take minutes to start.
private final class Findings: Sendable {
  private let found = Mutex<[CheckResult.Finding]>([])
  private let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  var all: [CheckResult.Finding] { found.withLock(\.self) }

  func add(_ finding: CheckFinding, of part: String) {
    let isFirst = found.withLock { found in
      defer { found.append(CheckResult.Finding(part, finding)) }
      return found.last?.part != part
    }
    if isQuiet { return }
    Terminal.clearProgress()
    Terminal.print((isFirst ? "\(part)\n" : "") + finding.text)
  }
}

extension CheckFinding {
  /// A line, and where something is to be done, indented lines below it; statements stand alone, to be copied.
  var text: String {
    let mark = outcome == .ok ? "ok" : outcome.rawValue
    let padding = String(repeating: " ", count: max(8 - mark.count, 1))
    var lines = ["  \(mark)\(padding)\(name): \(detail)"]
    if let advice { lines.append("          \(advice)") }
    lines += statements.map { "            \($0)" }
    return lines.joined(separator: "\n")
  }
}

private struct CheckResult: Encodable {
  struct Finding: Encodable {
    let part: String
    let name: String
    let outcome: CheckFinding.Outcome
    let detail: String
    let advice: String?
    let statements: [String]

    init(_ part: String, _ finding: CheckFinding) {
      self.part = part
      name = finding.name
      outcome = finding.outcome
      detail = finding.detail
      advice = finding.advice
      statements = finding.statements
    }
  }

  let isOk: Bool
  let findings: [Finding]
}
