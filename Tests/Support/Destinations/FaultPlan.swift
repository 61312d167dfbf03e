internal import Synchronization

/// Where a delivery can be cut off, as if the process had been killed there.
public enum DeliveryStage: String, Sendable, CaseIterable {
  case beforeLoadCommit = "before_load_commit"
  case afterLoadCommit = "after_load_commit"
  /// Met once a table of a package.
  case beforeTableCommit = "before_table_commit"
  case afterTableCommit = "after_table_commit"
  case beforeCheckpoint = "before_checkpoint"
  case afterCheckpoint = "after_checkpoint"
}

/// What a test throws into a destination at a stage.
public struct InjectedFault: Error, Sendable {
  public let stage: DeliveryStage
}

/// Fails a delivery at the nth passing of a stage, once.
public final class FaultPlan: Sendable {
  private let armed = Mutex<(stage: DeliveryStage, passings: Int)?>(nil)

  public init() {}

  /// - Parameter passings: how often the stage is passed unharmed before.
  public func arm(_ stage: DeliveryStage, after passings: Int = 0) {
    armed.withLock { $0 = (stage, passings) }
  }

  public func pass(_ stage: DeliveryStage) throws {
    try armed.withLock { armed in
      guard let plan = armed, plan.stage == stage else { return }
      if plan.passings > 0 {
        armed = (stage, plan.passings - 1)
      } else {
        armed = nil
        throw InjectedFault(stage: stage)
      }
    }
  }
}
