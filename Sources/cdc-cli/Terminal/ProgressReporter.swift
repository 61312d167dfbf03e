internal import CDCCore
internal import Synchronization

/// Shows long work as it goes: one line overwritten on a terminal, plain lines now and then elsewhere.
final class ProgressReporter: Sendable {
  private struct State {
    var rows: [TableName: Int] = [:]
    var finished: Set<TableName> = []
    var changes = 0
    var lastShown: ContinuousClock.Instant?
    var lastError: String?
  }

  private let state = Mutex(State())
  private let started = ContinuousClock.now
  private let isQuiet: Bool
  /// Between two lines: ten a second to look alive on a terminal, few in a log.
  private let interval: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(10)

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// What `PipelineConfiguration.progress` takes.
  func handle(_ event: PipelineProgress) {
    if isQuiet { return }
    let line: String? = state.withLock { state in
      switch event {
      case .loading(let table, let rows), .loaded(let table, let rows):
        state.rows[table] = rows
        if case .loaded = event { state.finished.insert(table) }
        return due(&state) ? loadLine(state) : nil
      case .committed(let checkpoint):
        guard checkpoint.kind == .cdc else { return nil }
        state.changes += checkpoint.rowCount
        return due(&state) ? changesLine(state, checkpoint) : nil
      case .resyncing(let table, let reason):
        return "Loading table \(table): \(reason)."
      case .retrying(let error, let pause):
        let text = Failure.text(of: error).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        defer { state.lastError = text }
        return (state.lastError == text ? "Failed again." : text)
          + " Trying again in \(decimal(seconds(pause), places: 1)) s."
      }
    }
    guard let line else { return }
    if case .retrying = event { return Terminal.printError("cdc: " + line) }
    show(line)
  }

  /// A step that has no counts of its own.
  func step(_ text: String) {
    if !isQuiet { show(text) }
  }

  /// A step that counts one thing.
  func count(_ step: String, _ count: Int, _ noun: String) {
    if isQuiet { return }
    if state.withLock({ due(&$0) }) { show("\(step): \(plural(count, noun))") }
  }

  func finish() { if !isQuiet { Terminal.clearProgress() } }

  private func show(_ line: String) {
    if Terminal.isInteractive { Terminal.showProgress(line) } else { Terminal.printError(line) }
  }

  private func due(_ state: inout State) -> Bool {
    let now = ContinuousClock.now
    if let last = state.lastShown {
      if now - last < interval { return false }
    } else if !Terminal.isInteractive, now - started < interval {
      return false
    }
    state.lastShown = now
    return true
  }

  private func loadLine(_ state: State) -> String {
    let rows = state.rows.values.reduce(0, +)
    return "full load: \(plural(rows, "row")), \(perSecond(rows, .now - started)) rows/s, "
      + "\(state.finished.count) of \(plural(state.rows.count, "table")) begun are done"
  }

  private func changesLine(_ state: State, _ checkpoint: Checkpoint) -> String {
    "cdc: \(plural(state.changes, "change")), \(perSecond(state.changes, .now - started)) changes/s, "
      + "durable up to \(checkpoint.position)"
  }
}
