internal import CDCCore
internal import DeltaSink
internal import FoundationEssentials

/// The lake's folder, as far as the command itself touches it.
enum LakeFolder {
  static func requireWritable(_ path: String) throws {
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw UsageError(
        "The lake's folder \(path) cannot be created. Check its path and the permissions of the folder around it, "
          + "or name another with --lake.")
    }
    guard files.isWritableFile(atPath: path) else {
      throw UsageError(
        "The lake's folder \(path) cannot be written to. Check its permissions, or name another with --lake.")
    }
  }

  /// Writes a file there and removes it again, with the folder where it was not there before.
  static func finding(_ path: String) -> CheckFinding {
    let files = FileManager.default
    let isNew = !files.fileExists(atPath: path)
    let trial = "\(path)/.cdc-check-\(UInt64.random(in: .min ... .max))"
    do {
      try requireWritable(path)
      guard files.createFile(atPath: trial, contents: Data("cdc check".utf8)) else {
        return CheckFinding(
          "folder", .failed, "\(path) takes no file",
          advice: "Check its permissions and the space that is left.")
      }
      try files.removeItem(atPath: trial)
      if isNew { try files.removeItem(atPath: path) }
    } catch {
      return CheckFinding("folder", .failed, "\(path)", advice: "\(error)")
    }
    return CheckFinding("folder", .ok, isNew ? "\(path) can be made and written" : "\(path) can be written")
  }

  static func remove(_ path: String) throws {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw UsageError("The folder \(path) cannot be deleted: \(error). Check its permissions.")
    }
  }

  /// Makes way for the demo's lake: its own is replaced, anything else that is not empty is left alone.
  static func prepareForDemo(_ path: String) throws {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return }
    guard let entries = try? files.contentsOfDirectory(atPath: path) else {
      throw UsageError("\(path) is not a folder that can be read. Name another one with --lake.")
    }
    if entries.isEmpty { return }
    guard try LocalDeltaDestination(root: path).holdsState, files.fileExists(atPath: "\(path)/\(mark)") else {
      throw UsageError(
        "The folder \(path) is not a lake that the demo has made, and the demo would replace it. "
          + "Name another one with --lake.")
    }
    try remove(path)
  }

  /// Says that the lake may be replaced by the next demo. Readers pass over names that begin with a dot.
  static func markAsDemo(_ path: String) throws {
    guard FileManager.default.createFile(atPath: "\(path)/\(mark)", contents: nil) else {
      throw UsageError(
        "The lake \(path) cannot be written to. Check its permissions, or name another with --lake.")
    }
  }

  private static let mark = ".cdc-demo"
}
