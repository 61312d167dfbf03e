internal import ArgumentParser
internal import DeltaSink
internal import FoundationEssentials
internal import PGWire

struct CleanupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cleanup", abstract: "Drops the pipeline's slot and publications; the tables stay.")

  @Flag(help: "Also delete the lake's folder.") var lakeToo = false
  @Flag(help: "Delete the lake without being asked again.") var yes = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let parts = try Composition(try options.load())
    let lake = parts.settings.lake
    if lakeToo {
      guard let target = parts.target as? LakeTarget else {
        throw UsageError(
          "--lake-too deletes folders only; tables of \(parts.target.name) are left to those who may drop them "
            + "(DROP SCHEMA … CASCADE). Without --lake-too, cleanup drops the slot and the publications.")
      }
      guard yes else {
        throw UsageError(
          "--lake-too deletes the folder \(lake) and every table in it. If that is meant, add --yes.")
      }
      let isOurs = try target.lake.holdsState
      guard isOurs || !FileManager.default.fileExists(atPath: lake) else {
        throw UsageError(
          "The folder \(lake) is not a lake of cdc's, so it is left alone. Delete it yourself if that is meant."
        )
      }
    }
    try await parts.source.cleanUp()
    Terminal.print("Dropped the slot \(parts.source.slotName) and its publications, where they were.")
    guard lakeToo, FileManager.default.fileExists(atPath: lake) else { return }
    try LakeFolder.remove(lake)
    Terminal.print("Deleted the lake \(lake).")
  }
}
