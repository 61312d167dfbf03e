/// The network and the workspace misbehave while `cdc` works: it ends right, or stops with an error that says what to do and
/// goes on in the next run. Nothing secret is said meanwhile.
import Foundation
import TestSupport
import Testing

@Suite struct NetworkFaultTests {
  struct Weather: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var faults: [DatabricksFault]

    init(_ description: String, _ faults: [DatabricksFault]) {
      testDescription = description
      self.faults = faults
    }
  }

  /// One after the other in one dataset.
  struct Days: Sendable, CustomTestStringConvertible {
    let all: [Weather]
    var testDescription: String { all.map(\.testDescription).joined(separator: "; ") }
  }

  /// Each passes by itself.
  static let weather: [Days] = [
    Days(all: [
      Weather(
        "a storm of 429 with Retry-After",
        [
          DatabricksFault(skip: 3, times: 6).with {
            $0.status = 429
            $0.retryAfter = 1
          }
        ]),
      Weather(
        "503, with and without a word of when",
        [
          DatabricksFault(skip: 2, times: 3).with { $0.status = 503 },
          DatabricksFault(method: "PUT", times: 2).with {
            $0.status = 503
            $0.retryAfter = 1
          },
        ]),
      Weather(
        "500 and 504 of somebody on the way, after the effect",
        [
          DatabricksFault(sql: "MERGE|INSERT|UPDATE", times: 2).with {
            $0.status = 504
            $0.when = "after"
          },
          DatabricksFault(method: "PUT", path: "/fs/files", times: 2).with { $0.status = 500 },
        ]),
    ]),
    Days(all: [
      Weather(
        "uploads that are cut",
        [
          DatabricksFault(method: "PUT", path: "/rows/", times: 3).with { $0.cutUpload = 100 },
          DatabricksFault(method: "PUT", path: "/manifest", times: 1).with { $0.cutUpload = 10 },
        ]),
      Weather(
        "answers that are cut",
        [DatabricksFault(path: "/sql/statements", skip: 1, times: 4).with { $0.cutAnswer = 20 }]),
      Weather(
        "connections that end before the effect",
        [DatabricksFault(path: "/sql/statements|/fs/", skip: 2, times: 4).with { $0.drop = "before" }]),
      Weather(
        "connections that end after the effect",
        [
          DatabricksFault(sql: "MERGE|INSERT|UPDATE|CREATE", times: 4).with { $0.drop = "after" },
          DatabricksFault(method: "PUT", path: "/fs/", times: 2).with { $0.drop = "after" },
        ]),
    ]),
    Days(all: [
      Weather(
        "tokens that expire in mid-run",
        [
          DatabricksFault(method: "PUT").with { $0.expireTokens = true },
          DatabricksFault(method: "PUT", path: "/manifest").with { $0.expireTokens = true },
          DatabricksFault(sql: "(MERGE INTO|OVERWRITE TABLE) .main.*invoice").with { $0.expireTokens = true },
          DatabricksFault(sql: "UPDATE .main").with { $0.expireTokens = true },
        ]),
      Weather(
        "lost races, and a statement that waits for its turn",
        [
          DatabricksFault(sql: "MERGE|INSERT OVERWRITE|UPDATE", times: 3).with {
            $0.statement = "conflict"
          },
          DatabricksFault(sql: "MERGE|UPDATE", times: 1).with {
            $0.statement = "pending"
            $0.seconds = 2
          },
        ]),
    ]),
  ]

  /// The full load meets all of it, every capture one of it.
  @Test(arguments: weather)
  func passesAndTheRunEndsRight(_ days: Days) async throws {
    try await withKilledShop { shop in
      try await shop.runs("full_load", in: days.all)
      for (number, weather) in days.all.enumerated() {
        try await shop.change(number + 1)
        try await shop.runs("cdc", in: [weather])
        try await shop.expectEqual(after: weather.testDescription)
      }
      try shop.expectNothingStaged()
    }
  }

  struct Failure: Sendable {
    let description: String
    var fault: DatabricksFault
    /// What the error has to say.
    var word: String
  }

  /// None passes by itself: the run stops, with exit code 1.
  static let failures: [Failure] = [
    Failure(
      description: "429, and come back in an hour",
      fault: DatabricksFault(path: "/sql/", times: -1).with {
        $0.status = 429
        $0.retryAfter = 3600
      }, word: "429"),
    Failure(
      description: "a right that was taken away",
      fault: DatabricksFault(sql: "MERGE INTO .main.*event", times: -1).with {
        $0.status = 403
        $0.message = "User lacks MODIFY on the table."
      }, word: "MODIFY"),
    Failure(
      description: "uploads that are not allowed",
      fault: DatabricksFault(method: "PUT", path: "/rows/", times: -1).with {
        $0.status = 403
        $0.message = "User lacks WRITE VOLUME."
      }, word: "WRITE VOLUME"),
    Failure(
      description: "a statement that fails",
      fault: DatabricksFault(sql: "MERGE INTO .main.*invoice", times: -1).with {
        $0.statement = "failed"
        $0.message = "[SOMETHING_BROKE] It broke."
        $0.sqlState = "XX000"
      }, word: "SOMETHING_BROKE"),
    Failure(
      description: "a checkpoint that fails",
      fault: DatabricksFault(sql: "UPDATE .main.*_cdc_state", times: -1).with {
        $0.statement = "failed"
        $0.message = "[SOMETHING_BROKE] It broke."
        $0.sqlState = "XX000"
      }, word: "SOMETHING_BROKE"),
  ]

  @Test func stopsWithAClearErrorAndGoesOnLater() async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      for (number, failure) in Self.failures.enumerated() {
        let position = try await shop.position()
        try await shop.change(number + 1)
        let fault = try await shop.run.double.inject(
          failure.fault.with { $0.principal = shop.run.principal.name })
        let outcome = try await shop.run.cdc(["run", "--mode", "cdc"])
        try await shop.run.double.remove(fault: fault)
        #expect(outcome.status == 1, "\(failure.description)")
        #expect(outcome.errorOutput.contains(failure.word), "\(outcome.errorOutput)")
        #expect(outcome.errorOutput.hasPrefix("cdc: ") || outcome.errorOutput.contains("\ncdc: "))
        shop.expectNoSecret(outcome)
        #expect(try await !shop.isConfirmed(after: position), "\(failure.description)")
      }
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual(after: "five failures")
      try shop.expectNothingStaged()
    }
  }

  /// The double holds the statements for as long as a warehouse takes that starts slowly: longer than an answer may be waited for.
  @Test func waitsAMinuteForAWarehouseThatStarts() async throws {
    try await withKilledShop { shop in
      let seconds = 60.0
      let environment = [
        "DATABRICKS_WAREHOUSE_ID": try await shop.run.double.newWarehouse(startSeconds: seconds)
      ]
      let start = ContinuousClock.now
      let outcome = try await shop.run.cdc(["run", "--mode", "full_load"], environment: environment)
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(.now - start >= .seconds(seconds))
      let lines = outcome.errorOutput.split(separator: "\n").filter { $0.contains("to start") }
      #expect(lines.count == 1 && lines[0].hasPrefix("cdc: waiting for the SQL warehouse"), "\(lines)")
      try await shop.expectEqual(after: "a minute")
    }
  }

  /// It is told to stop while a statement waits for its turn: the package comes to its end first.
  @Test func stopsAfterTheStatementAtHand() async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      try await shop.change(1)
      let fault = try await shop.run.double.inject(
        DatabricksFault(sql: "MERGE INTO .main.*invoice", principal: shop.run.principal.name).with {
          $0.statement = "pending"
          $0.seconds = 3
        })
      let running = try CdcCommand.command(
        ["run", "--mode", "cdc", "--continuous"], in: shop.run.directory,
        environment: shop.run.environment
      ).start()
      #expect(try await eventually(within: .seconds(120)) { try await shop.run.double.hits(of: fault) > 0 })
      running.signal(SIGTERM)
      let outcome = try await running.outcome()
      try await shop.run.double.remove(fault: fault)
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      shop.expectNoSecret(outcome)
      try shop.expectNothingStaged()
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual(after: "the stop")
    }
  }
}

extension KilledShop {
  /// Runs `cdc` to its end while the faults hit.
  fileprivate func runs(_ mode: String, in weather: [NetworkFaultTests.Weather]) async throws {
    var faults: [Int] = []
    for fault in weather.flatMap(\.faults) {
      faults.append(try await run.double.inject(fault.with { $0.principal = run.principal.name }))
    }
    let outcome = try await run.cdc(["run", "--mode", mode, "-v"])
    #expect(outcome.status == 0, "\(mode), \(weather.map(\.testDescription)): \(outcome.errorOutput)")
    expectNoSecret(outcome)
    for fault in faults {
      if weather.count == 1 { #expect(try await run.double.hits(of: fault) > 0, "\(weather)") }
      try await run.double.remove(fault: fault)
    }
  }

  fileprivate func expectNoSecret(_ outcome: Command.Outcome) {
    let said = outcome.output + outcome.errorOutput
    for secret in [run.principal.clientSecret, run.principal.token, "Bearer ", "eyJ"] {
      #expect(!said.contains(secret), "\(said)")
    }
  }
}
