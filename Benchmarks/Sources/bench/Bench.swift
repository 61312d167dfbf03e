import ArgumentParser

/// What the benchmarks need beyond the command itself: a destination that drops everything, and a merge alone.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(subcommands: [
    Load.self, Capture.self, MergeTable.self, Merge.self,
  ])
}
