/// Where `cdc` dies by SIGKILL: at a request to the double that it gets no answer to.
import Foundation
import TestSupport
import Testing

/// One after the other in one dataset, each followed by a run that goes on.
struct Deaths: Sendable, CustomTestStringConvertible {
  let name: String
  let all: [Death]

  init(_ name: String, _ all: [Death]) {
    self.name = name
    self.all = all
  }

  var testDescription: String { name + ": " + all.map(\.testDescription).joined(separator: "; ") }
}

/// A request, and what becomes of it when the process dies.
struct Death: Sendable, CustomTestStringConvertible {
  enum Fate: Sendable {
    /// The process dies before the workspace does what it was asked; it never does.
    case unheard
    /// The workspace has done it, and the answer is lost; the process dies as it asks again.
    case unanswered
    /// The process dies first, and the request, which is already on its way, is done while its successor works.
    case late
  }

  /// In words.
  let testDescription: String
  var method: String
  /// Regular expressions; SCHEMA stands for the test's own.
  var path: String?
  var sql: String?
  /// So many such requests are answered first.
  var after = 0
  var fate = Fate.unheard
  /// These have to be answered before the process may die.
  var once: [String] = []

  static func upload(_ description: String, _ path: String, after: Int = 0, _ fate: Fate = .unheard)
    -> Death
  {
    Death(testDescription: description, method: "PUT", path: path, after: after, fate: fate)
  }

  static func statement(
    _ description: String, _ sql: String, _ fate: Fate = .unheard, once: [String] = []
  ) -> Death {
    Death(
      testDescription: description, method: "POST", path: "/sql/statements$", sql: "^" + sql,
      fate: fate,
      once: once.map { "^" + $0 })
  }

  static func cleanup(_ description: String, after: Int) -> Death {
    Death(testDescription: description, method: "DELETE", path: "/fs/files/.*/e0", after: after)
  }

  /// How long a late request is under way.
  static let delay = Duration.seconds(3)

  /// The fault that ends it all comes last.
  fileprivate func faults(_ run: DatabricksCommand) -> [DatabricksFault] {
    let fault = DatabricksFault(
      method: method, path: path, sql: sql.map { Self.pattern($0, run) },
      principal: run.principal.name,
      skip: after)
    var hanging = fault
    hanging.skip = 0
    hanging.times = -1
    hanging.delay = 600
    hanging.drop = "before"
    switch fate {
    case .unheard:
      hanging.skip = after
      return [hanging]
    case .unanswered: return [fault.with { $0.drop = "after" }, hanging]
    case .late: return [fault.with { $0.delay = Double(Self.delay.components.seconds) }]
    }
  }

  fileprivate static func pattern(_ sql: String, _ run: DatabricksCommand) -> String {
    sql.replacing("SCHEMA", with: run.schema).replacing("`", with: ".")
  }
}

extension DatabricksCommand {
  /// Starts `cdc` and kills it there.
  func dies(_ death: Death, _ arguments: [String], environment: [String: String] = [:]) async throws {
    let start = try await double.requests().last?.id ?? 0
    var faults: [Int] = []
    for fault in death.faults(self) { faults.append(try await double.inject(fault)) }
    let running = try CdcCommand.command(
      arguments, in: directory, environment: self.environment.merging(environment) { $1 }
    ).start()
    let isThere = try await eventually(within: .seconds(120)) {
      if !running.isRunning { return true }
      guard let last = faults.last, try await double.hits(of: last) > 0 else { return false }
      for sql in death.once {
        let answered = try await double.requests(
          since: start, method: "POST", sql: Death.pattern(sql, self))
        if !answered.contains(where: { $0.status == 200 }) { return false }
      }
      return true
    }
    let wasRunning = running.isRunning
    running.signal(SIGKILL)
    let outcome = try await running.outcome()
    for fault in faults { try await double.remove(fault: fault) }
    guard isThere, wasRunning, outcome.status == -SIGKILL else {
      throw CommandDidNotDie(
        description:
          "\(death.testDescription): \(isThere ? "it ended" : "it never came there"), \(outcome.errorOutput)"
      )
    }
  }

  struct CommandDidNotDie: Error, CustomStringConvertible {
    var description: String
  }
}
