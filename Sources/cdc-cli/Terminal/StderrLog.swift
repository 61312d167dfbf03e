internal import Logging

/// A log handler that writes one line a message on stderr and gets along with the progress line.
struct StderrLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  let label: String

  static func bootstrap(level: Logger.Level) {
    LoggingSystem.bootstrap { StderrLog(logLevel: level, label: $0) }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
      .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    Terminal.printError("\(event.level) \(label): \(event.message)\(fields)")
  }
}
