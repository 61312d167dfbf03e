/// One thing that was looked at before anything is run, and what came of it. Holds names and settings, never values of
/// rows and never secrets.
public struct CheckFinding: Sendable, Hashable {
  public enum Outcome: String, Sendable, Hashable, Codable {
    case ok
    /// It works, but not as well as it could, or not as somebody may expect.
    case remark
    /// A run would fail.
    case failed
  }

  /// In one or a few words: `wal_level`, `warehouse`.
  public var name: String
  public var outcome: Outcome
  /// What was found.
  public var detail: String
  /// What to do about it, in a sentence.
  public var advice: String?
  /// SQL that mends it, each to be run as it is by somebody who may.
  public var statements: [String]

  public init(
    _ name: String, _ outcome: Outcome, _ detail: String, advice: String? = nil, statements: [String] = []
  ) {
    self.name = name
    self.outcome = outcome
    self.detail = detail
    self.advice = advice
    self.statements = statements
  }
}
