/// Reads the actions of a classic checkpoint file.
enum CheckpointReader {
  static func read(_ path: String) throws -> [Action] {
    throw DeltaError(.unsupportedFeature, "Reading checkpoints is not there yet.", path: path)
  }
}
