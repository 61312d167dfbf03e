internal import FoundationEssentials

/// The process's environment variables; an empty one counts as not set.
struct Environment: Sendable {
  var variables: [String: String]

  static let process = Environment(variables: ProcessInfo.processInfo.environment)

  subscript(name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }
}
