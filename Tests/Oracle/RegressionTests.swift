/// Scripts that once found a fault, shortened: each is run again as it is.
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct RegressionTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Regressions")

  /// ORACLE_SCRIPT names one of one's own, to look into a finding.
  static let scripts: [String] =
    ProcessInfo.processInfo.environment["ORACLE_SCRIPT"].map { [$0] }
    ?? ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".sql") }.sorted().map { folder.appendingPathComponent($0).path }

  private static let target = OracleOptions(ProcessInfo.processInfo.environment).target
  private static let server = Task { try await OracleServer.start() }

  @Test(arguments: scripts)
  func theLakeEqualsTheSource(script: String) async throws {
    let text = try String(contentsOfFile: script, encoding: .utf8)
    let (tally, finding) = try await Runner.run(
      try Script(parsing: text), on: try await Self.server.value, target: Self.target)
    if let finding { Issue.record("\(finding)") }
    #expect(tally.comparisons > 0 || finding != nil)
  }
}
