/// The differential oracle: random tables, transactions and cut-offs; at each quiet point the lake, read by other engines,
/// equals the source.
///
///     make oracle SEED=17                 one seed
///     make oracle SEEDS=1-200 MINUTES=60  as many of these as there is time for
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct OracleTests {
  /// Without ORACLE_* variables: a fixed range of seeds, about ten minutes.
  @Test func theLakeEqualsTheSource() async throws {
    var options = OracleOptions(ProcessInfo.processInfo.environment)
    let server = try await OracleServer.start()
    for name in ["postgis", "vector"] where try await PostgresServer.hasExtension(name) {
      options.features.extensions.append(name)
    }
    let deadline = ContinuousClock.now + options.duration
    var tally = Tally()
    var isStopped = false
    for seed in options.seeds {
      let script = Generator.script(seed: seed, features: options.features)
      try options.keep(script.text, "seed-\(seed).sql")
      let (done, finding) = try await Runner.run(script, on: server, target: options.target)
      tally += done
      options.say("seed \(seed): \(finding.map { "\($0.kind) after round \($0.round)" } ?? "clean"), \(done)")
      if let finding {
        try await report(finding, of: script, options, server)
        if !options.goesOn { isStopped = true }
      } else {
        try options.remove("seed-\(seed).sql")
      }
      if ContinuousClock.now >= deadline { isStopped = true }
      if isStopped { break }
    }
    options.say("in all: \(tally)")
    options.say(
      "\(tally.scripts) of the \(options.seeds.count) seeds \(options.seeds.lowerBound) to "
        + "\(options.seeds.upperBound) ran" + (isStopped ? ", until a finding or the time's end" : ""))
    #expect(isStopped || tally.scripts == options.seeds.count)
    #expect(tally.comparisons > 0)
  }

  private func report(
    _ finding: Finding, of script: Script, _ options: OracleOptions, _ server: PostgresServer
  ) async throws {
    let name = "seed-\(script.seed ?? 0)"
    options.say("\(name): \(finding)")
    guard finding.kind != .hang else {
      Issue.record("\(name) \(finding)\nThe script is in \(options.folder)/\(name).sql")
      return
    }
    let target = options.target
    var shrinker = Shrinker(script, finding, for: options.shrinkTime) {
      try await Runner.run($0, on: server, target: target).1
    }
    try await shrinker.run()
    let comment = "\(shrinker.finding)".split(separator: "\n").map { "-- " + $0 }.joined(separator: "\n")
    let short = comment + "\n" + shrinker.best.text
    try options.keep(short, name + ".short.sql")
    Issue.record(
      """
      \(name) \(finding)
      The script is in \(options.folder)/\(name).sql; after \(shrinker.attempts) attempts to shorten it:
      \(short.prefix(20_000))
      """)
  }
}
