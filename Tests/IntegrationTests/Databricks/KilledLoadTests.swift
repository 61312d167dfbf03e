/// `cdc run --mode full_load` on Databricks dies by SIGKILL at every step. A reader sees each table as it was or as it is now,
/// and the pipeline can be taken up again, by changes or by another load.
import TestSupport
import Testing

@Suite struct KilledLoadTests {
  static let deaths: [Deaths] = [
    Deaths(
      "before the tables are swapped",
      [
        .upload("after the first upload", "/rows/", after: 1),
        .upload("before the first manifest", "/manifest.json"),
        .upload("a manifest is there, unanswered", "/manifest.json", .unanswered),
        .statement("before any swap", "INSERT OVERWRITE"),
      ]),
    Deaths(
      "while the tables are swapped",
      [
        .statement(
          "a swap is done, its answer lost", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`", .unanswered),
        .statement(
          "the swap of an appended table is done, its answer lost",
          "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`event`", .unanswered),
        .statement(
          "between two tables", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`",
          once: ["INSERT OVERWRITE TABLE `main`.`SCHEMA`.`event`"]),
        .statement(
          "before the tables' versions are written down", "MERGE INTO `main`.`SCHEMA`.`_cdc_schema`"),
      ]),
    Deaths(
      "around the checkpoint",
      [
        .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
        .statement(
          "the checkpoint has moved, its answer is lost", "UPDATE `main`.`SCHEMA`.`_cdc_state`",
          .unanswered),
        .statement("before the confirmation", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`"),
        .cleanup("during clean-up", after: 1),
      ]),
    Deaths(
      "and what it had sent comes late",
      [
        .upload("a manifest", "/manifest.json", .late),
        .statement("a swap", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`", .late),
        .statement("the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`", .late),
      ]),
  ]

  /// Nothing but the changes is needed after a second load that died.
  @Test(arguments: deaths)
  func goesOnWithTheChanges(_ deaths: Deaths) async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      for (number, death) in deaths.all.enumerated() {
        let before = try await shop.count("invoice")
        try await shop.change(2 * number + 1)
        let now = try await shop.run.database.psql("SELECT json_build_array(count(*)) FROM invoice")
        try await shop.run.dies(death, ["run", "--mode", "full_load"])
        #expect([before, now].contains(try await shop.count("invoice")), "\(death.testDescription)")
        try await shop.goesOn(after: death, round: 2 * number + 2)
      }
      try shop.expectNothingStaged()
    }
  }

  /// The very first load, again and again: until one has finished, there are no changes to apply.
  @Test func theFirstLoadDiesAndBeginsAgain() async throws {
    let deaths: [Death] = [
      .upload("after the first upload", "/rows/", after: 1),
      .statement(
        "a swap is done, its answer lost", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`", .unanswered),
      .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
    ]
    try await withKilledShop { shop in
      for (number, death) in deaths.enumerated() {
        try await shop.run.dies(death, ["run", "--mode", "full_load"])
        try await shop.change(number + 1)
        try await shop.waitForTheSlot()
      }
      let refused = try await shop.run.cdc(["run", "--mode", "cdc"])
      #expect(
        refused.status == 1 && refused.errorOutput.contains("full_load"), "\(refused.errorOutput)")
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      try await shop.expectEqual(after: "three first loads")
      try await shop.change(deaths.count + 1)
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual(after: "the changes after them")
      try shop.expectNothingStaged()
    }
  }
}
