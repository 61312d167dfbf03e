/// The network and the workspace misbehave while `cdc` works: it ends right, or stops with an error that says what to do and
/// goes on in the next run. Nothing secret is said meanwhile.
import Foundation
import TestSupport
import Testing

@Suite struct NetworkFaultTests {
  struct Weather: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var faults: [DatabricksFault]
  }

  /// Each passes by itself.
  static let weather: [Weather] = [
    Weather(
      testDescription: "a storm of 429 with Retry-After",
      faults: [
        DatabricksFault(skip: 3, times: 6).with {
          $0.status = 429
          $0.retryAfter = 1
        }
      ]),
    Weather(
      testDescription: "503, with and without a word of when",
      faults: [
        DatabricksFault(skip: 2, times: 3).with { $0.status = 503 },
        DatabricksFault(method: "PUT", times: 2).with {
          $0.status = 503
          $0.retryAfter = 1
        },
      ]),
    Weather(
      testDescription: "500 and 504 of somebody on the way, after the effect",
      faults: [
        DatabricksFault(sql: "MERGE|INSERT|UPDATE", times: 2).with {
          $0.status = 504
          $0.when = "after"
        },
        DatabricksFault(method: "PUT", path: "/fs/files", times: 2).with { $0.status = 500 },
      ]),
    Weather(
      testDescription: "uploads that are cut",
      faults: [
        DatabricksFault(method: "PUT", path: "/rows/", times: 3).with { $0.cutUpload = 100 },
        DatabricksFault(method: "PUT", path: "/manifest", times: 1).with { $0.cutUpload = 10 },
      ]),
    Weather(
      testDescription: "answers that are cut",
      faults: [
        DatabricksFault(path: "/sql/statements", skip: 1, times: 4).with { $0.cutAnswer = 20 }
      ]),
    Weather(
      testDescription: "tokens that expire in mid-run",
      faults: [
        DatabricksFault(method: "PUT").with { $0.expireTokens = true },
        DatabricksFault(method: "PUT", skip: 3).with { $0.expireTokens = true },
        DatabricksFault(sql: "MERGE|UPDATE", skip: 1).with { $0.expireTokens = true },
        DatabricksFault(sql: "MERGE|UPDATE", skip: 2).with { $0.expireTokens = true },
      ]),
    Weather(
      testDescription: "connections that end before the effect",
      faults: [
        DatabricksFault(path: "/sql/statements|/fs/", skip: 2, times: 4).with { $0.drop = "before" }
      ]),
    Weather(
      testDescription: "connections that end after the effect",
      faults: [
        DatabricksFault(sql: "MERGE|INSERT|UPDATE|CREATE", times: 4).with { $0.drop = "after" },
        DatabricksFault(method: "PUT", path: "/fs/", times: 2).with { $0.drop = "after" },
      ]),
    Weather(
      testDescription: "lost races, and a statement that waits for its turn",
      faults: [
        DatabricksFault(sql: "MERGE|INSERT OVERWRITE|UPDATE", times: 3).with {
          $0.statement = "conflict"
        },
        DatabricksFault(sql: "MERGE|UPDATE", times: 1).with {
          $0.statement = "pending"
          $0.seconds = 2
        },
      ]),
  ]

  @Test(arguments: weather)
  func passesAndTheRunEndsRight(_ weather: Weather) async throws {
    try await withKilledShop { shop in
      for mode in ["full_load", "cdc"] {
        var faults: [Int] = []
        for fault in weather.faults {
          let own = fault.with { $0.principal = shop.run.principal.name }
          faults.append(try await shop.run.double.inject(own))
        }
        let outcome = try await shop.run.cdc(["run", "--mode", mode, "-v"])
        #expect(outcome.status == 0, "\(mode): \(outcome.errorOutput)")
        expectNoSecret(outcome, shop)
        for fault in faults {
          #expect(try await shop.run.double.hits(of: fault) > 0)
          try await shop.run.double.remove(fault: fault)
        }
        if mode == "full_load" { try await shop.change(1) }
      }
      try await shop.expectEqual()
      try shop.expectNothingStaged()
    }
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var fault: DatabricksFault
    /// What the error has to say.
    var words: [String]
  }

  /// None passes by itself: the run stops, with exit code 1.
  static let failures: [Failure] = [
    Failure(
      testDescription: "429, and come back in an hour",
      fault: DatabricksFault(path: "/sql/", times: -1).with {
        $0.status = 429
        $0.retryAfter = 3600
      }, words: ["429"]),
    Failure(
      testDescription: "a right that was taken away",
      fault: DatabricksFault(sql: "MERGE INTO .main.*event", times: -1).with {
        $0.status = 403
        $0.message = "User lacks MODIFY on the table."
      }, words: ["MODIFY"]),
    Failure(
      testDescription: "uploads that are not allowed",
      fault: DatabricksFault(method: "PUT", path: "/rows/", times: -1).with {
        $0.status = 403
        $0.message = "User lacks WRITE VOLUME."
      }, words: ["WRITE VOLUME"]),
    Failure(
      testDescription: "a statement that fails",
      fault: DatabricksFault(sql: "MERGE INTO .main.*invoice", times: -1).with {
        $0.statement = "failed"
        $0.message = "[SOMETHING_BROKE] It broke."
        $0.sqlState = "XX000"
      }, words: ["SOMETHING_BROKE"]),
    Failure(
      testDescription: "a checkpoint that fails",
      fault: DatabricksFault(sql: "UPDATE .main.*_cdc_state", times: -1).with {
        $0.statement = "failed"
        $0.message = "[SOMETHING_BROKE] It broke."
        $0.sqlState = "XX000"
      }, words: ["SOMETHING_BROKE"]),
  ]

  @Test(arguments: failures)
  func stopsWithAClearErrorAndGoesOnLater(_ failure: Failure) async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      let position = try await shop.position()
      try await shop.change(1)
      let fault = try await shop.run.double.inject(
        failure.fault.with { $0.principal = shop.run.principal.name })
      let outcome = try await shop.run.cdc(["run", "--mode", "cdc"])
      try await shop.run.double.remove(fault: fault)
      #expect(outcome.status == 1, "\(outcome.errorOutput)")
      for word in failure.words {
        #expect(outcome.errorOutput.contains(word), "\(outcome.errorOutput)")
      }
      #expect(outcome.errorOutput.hasPrefix("cdc: ") || outcome.errorOutput.contains("\ncdc: "))
      expectNoSecret(outcome, shop)
      #expect(try await !shop.isConfirmed(after: position))

      try await shop.change(2)
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual()
      try shop.expectNothingStaged()
    }
  }

  /// Seconds here; by hand it was tried with a minute.
  @Test func waitsForAWarehouseThatStarts() async throws {
    try await withKilledShop { shop in
      let environment = [
        "DATABRICKS_WAREHOUSE_ID": try await shop.run.double.newWarehouse(startSeconds: 6)
      ]
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"], environment: environment)
      try await shop.change(1)
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"], environment: environment)
      try await shop.expectEqual()
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
      expectNoSecret(outcome, shop)
      try shop.expectNothingStaged()
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual()
    }
  }

  private func expectNoSecret(_ outcome: Command.Outcome, _ shop: KilledShop) {
    let said = outcome.output + outcome.errorOutput
    for secret in [shop.run.principal.clientSecret, shop.run.principal.token, "Bearer ", "eyJ"] {
      #expect(!said.contains(secret), "\(said)")
    }
  }
}
