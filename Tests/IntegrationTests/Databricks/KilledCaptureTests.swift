/// `cdc run --mode cdc` on Databricks dies by SIGKILL at every step of a package. The next run ends with what PostgreSQL
/// holds, in a merged and in an appended table.
import TestSupport
import Testing

@Suite struct KilledCaptureTests {
  static let deaths: [Deaths] = [
    Deaths(
      "before the package is sealed",
      [
        .statement(
          "taking the pipeline, which is done", "MERGE INTO `main`.`SCHEMA`.`_cdc_state`", .unanswered),
        .upload("at the first upload", "/rows/"),
        .upload("after the first upload", "/rows/", after: 1),
        .upload("after every upload, before the manifest", "/manifest.json"),
      ]),
    Deaths(
      "when the package is sealed",
      [
        .upload("the manifest is there, unanswered", "/manifest.json", .unanswered),
        .statement("before any MERGE", "MERGE INTO `main`.`SCHEMA`.`(invoice|event)`"),
        .statement(
          "a MERGE is done, its answer lost", "MERGE INTO `main`.`SCHEMA`.`invoice`", .unanswered),
        .statement(
          "an append is done, its answer lost", "MERGE INTO `main`.`SCHEMA`.`event`", .unanswered),
        .statement(
          "between two tables", "MERGE INTO `main`.`SCHEMA`.`invoice`",
          once: ["MERGE INTO `main`.`SCHEMA`.`event`"]),
      ]),
    Deaths(
      "around the checkpoint",
      [
        .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
        .statement(
          "the checkpoint has moved, its answer is lost", "UPDATE `main`.`SCHEMA`.`_cdc_state`",
          .unanswered),
        .statement(
          "after the checkpoint, before the confirmation", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`"),
        .cleanup("before clean-up", after: 0),
        .cleanup("during clean-up", after: 1),
      ]),
    Deaths(
      "and what it had sent comes late",
      [
        .upload("the manifest", "/manifest.json", .late),
        .statement("a MERGE", "MERGE INTO `main`.`SCHEMA`.`invoice`", .late),
        .statement("an append", "MERGE INTO `main`.`SCHEMA`.`event`", .late),
        .statement("the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`", .late),
      ]),
  ]

  @Test(arguments: deaths)
  func losesAndDoublesNothing(_ deaths: Deaths) async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      for (number, death) in deaths.all.enumerated() {
        let position = try await shop.position()
        try await shop.change(2 * number + 1)
        try await shop.run.dies(death, ["run", "--mode", "cdc"])
        // What may not be durable is not confirmed.
        #expect(try await !shop.isConfirmed(after: position), "\(death.testDescription)")
        try await shop.goesOn(after: death, round: 2 * number + 2)
      }
      try shop.expectNothingStaged()
    }
  }

  /// One death after the other, each in the recovery from the one before.
  @Test func diesInEveryRecoveryToo() async throws {
    let state = "`main`.`SCHEMA`.`_cdc_state`"
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      try await shop.change(1)
      for death: Death in [
        .upload("when the manifest is there, unanswered", "/manifest.json", .unanswered),
        .statement("applying again", "MERGE INTO `main`.`SCHEMA`.`invoice`", .unanswered),
        .statement("applying a third time", "MERGE INTO `main`.`SCHEMA`.`event`", .unanswered),
        .statement("moving the checkpoint", "UPDATE \(state)", .unanswered),
        .statement("writing the history", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`", .unanswered),
      ] {
        try await shop.run.dies(death, ["run", "--mode", "cdc"])
        try await shop.waitForTheSlot()
      }
      try await shop.change(2)
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual(after: "five deaths")
      try shop.expectNothingStaged()
    }
  }
}
