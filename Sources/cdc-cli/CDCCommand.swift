internal import ArgumentParser

@main
struct CDCCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cdc", abstract: "Copies PostgreSQL into Delta Lake and keeps it equal.")
}
