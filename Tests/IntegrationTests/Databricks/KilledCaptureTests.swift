/// `cdc run --mode cdc` on Databricks dies by SIGKILL at every step of a package. The next run ends with what PostgreSQL
/// holds, in merged and in appended tables.
import TestSupport
import Testing

@Suite struct KilledCaptureTests {
  static let deaths: [Death] = [
    .statement(
      "taking the pipeline, which is done", "MERGE INTO `main`.`SCHEMA`.`_cdc_state`", .unanswered),
    .upload("at the first upload", "/rows/"),
    .upload("after the first upload", "/rows/", after: 1),
    .upload("after the last upload but one", "/rows/", after: 2),
    .upload("before the manifest", "/manifest.json"),
    .upload("when the manifest is there, unanswered", "/manifest.json", .unanswered),
    .upload("and the manifest comes late", "/manifest.json", .late),
    .statement(
      "after the manifest, before any MERGE",
      "MERGE INTO `main`.`SCHEMA`.`(customer|invoice|event)`"),
    .statement(
      "a MERGE is done, its answer lost", "MERGE INTO `main`.`SCHEMA`.`invoice`", .unanswered),
    .statement(
      "an append is done, its answer lost", "MERGE INTO `main`.`SCHEMA`.`event`", .unanswered),
    .statement("and a MERGE comes late", "MERGE INTO `main`.`SCHEMA`.`customer`", .late),
    .statement("and an append comes late", "MERGE INTO `main`.`SCHEMA`.`event`", .late),
    .statement(
      "between two tables", "MERGE INTO `main`.`SCHEMA`.`invoice`",
      once: ["MERGE INTO `main`.`SCHEMA`.`customer`", "MERGE INTO `main`.`SCHEMA`.`event`"]),
    .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
    .statement(
      "the checkpoint has moved, its answer is lost", "UPDATE `main`.`SCHEMA`.`_cdc_state`",
      .unanswered),
    .statement("and the checkpoint comes late", "UPDATE `main`.`SCHEMA`.`_cdc_state`", .late),
    .statement(
      "after the checkpoint, before the confirmation", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`"),
    .cleanup("before clean-up", after: 0),
    .cleanup("during clean-up", after: 2),
  ]

  @Test(arguments: deaths)
  func losesAndDoublesNothing(_ death: Death) async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      let position = try await shop.position()
      try await shop.change(1)
      try await shop.run.dies(death, ["run", "--mode", "cdc"])
      // What may not be durable is not confirmed.
      #expect(try await !shop.isConfirmed(after: position))
      try await shop.change(2)
      try await shop.waitForTheSlot()
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual()
      if death.fate == .late { try await shop.goOnAfterwards() }
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
        .statement("taking the pipeline", "MERGE INTO \(state)", .unanswered),
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
      try await shop.expectEqual()
      try shop.expectNothingStaged()
    }
  }
}
