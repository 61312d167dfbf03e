/// `cdc run --mode full_load` on Databricks dies by SIGKILL at every step. A reader sees each table as it was or as it is now,
/// and the pipeline can be taken up again, by changes or by another load.
import TestSupport
import Testing

@Suite struct KilledLoadTests {
  static let deaths: [Death] = [
    .upload("after the first upload", "/rows/", after: 1),
    .upload("before the first manifest", "/manifest.json"),
    .upload("when a manifest is there, unanswered", "/manifest.json", .unanswered),
    .upload("and a manifest comes late", "/manifest.json", .late),
    .statement("before any swap", "INSERT OVERWRITE"),
    .statement(
      "a swap is done, its answer lost", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`",
      .unanswered),
    .statement(
      "the swap of an appended table is done, its answer lost",
      "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`event`",
      .unanswered),
    .statement("and a swap comes late", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`customer`", .late),
    .statement(
      "between two tables", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`",
      once: ["INSERT OVERWRITE TABLE `main`.`SCHEMA`.`customer`"]),
    .statement(
      "before the tables' versions are written down", "MERGE INTO `main`.`SCHEMA`.`_cdc_schema`"),
    .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
    .statement(
      "the checkpoint has moved, its answer is lost", "UPDATE `main`.`SCHEMA`.`_cdc_state`",
      .unanswered),
    .statement("and the checkpoint comes late", "UPDATE `main`.`SCHEMA`.`_cdc_state`", .late),
    .statement("before the confirmation", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`"),
    .cleanup("during clean-up", after: 2),
  ]

  /// Nothing but the changes is needed after a second load that died.
  @Test(arguments: deaths)
  func goesOnWithTheChanges(_ death: Death) async throws {
    try await withKilledShop { shop in
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      try await shop.change(1)
      let counts = ["200", try await shop.run.database.psql("SELECT count(*) FROM invoice")]
      try await shop.run.dies(death, ["run", "--mode", "full_load"])
      let seen = try await LakeReader.query(
        "SELECT count(*)::int FROM t",
        tables: [
          "t": shop.run.double.tableFolder(
            catalog: "main", schema: shop.run.schema, table: "invoice")
        ])
      #expect(counts.map { "[\($0)]" }.contains(seen.first ?? ""), "\(seen)")

      try await shop.change(2)
      try await shop.waitForTheSlot()
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual()
      if death.fate == .late { try await shop.goOnAfterwards() }
      try shop.expectNothingStaged()
    }
  }

  /// The very first load: until one has finished, there are no changes to apply.
  @Test(
    arguments: [
      .upload("after the first upload", "/rows/", after: 1),
      .statement(
        "a swap is done, its answer lost", "INSERT OVERWRITE TABLE `main`.`SCHEMA`.`invoice`",
        .unanswered),
      .statement("before the checkpoint", "UPDATE `main`.`SCHEMA`.`_cdc_state`"),
    ] as [Death])
  func beginsAgain(_ death: Death) async throws {
    try await withKilledShop { shop in
      try await shop.run.dies(death, ["run", "--mode", "full_load"])
      try await shop.change(1)
      try await shop.waitForTheSlot()
      let refused = try await shop.run.cdc(["run", "--mode", "cdc"])
      #expect(
        refused.status == 1 && refused.errorOutput.contains("full_load"), "\(refused.errorOutput)")
      try await shop.run.cdcSucceeds(["run", "--mode", "full_load"])
      try await shop.change(2)
      try await shop.run.cdcSucceeds(["run", "--mode", "cdc"])
      try await shop.expectEqual()
      try shop.expectNothingStaged()
    }
  }
}
