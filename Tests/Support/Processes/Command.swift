/// One run of another program: what goes in, what came out. Input and output travel through files, so a
/// program that writes more than a pipe holds cannot block the one that waits for it.
import Foundation

public struct Command: Sendable {
  public var program: String
  public var arguments: [String]
  /// Added to (and replacing in) the environment of the test process.
  public var environment: [String: String]
  public var input: String
  public var directory: String?

  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    input: String = "", directory: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.directory = directory
  }

  public struct Outcome: Sendable {
    /// The exit code, or minus the signal that ended the program.
    public var status: Int32
    public var output: String
    public var errorOutput: String
  }

  /// A program that could not be found, or ended otherwise than with 0 where that was required.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Runs the program to its end. When the task is cancelled the program gets SIGTERM.
  public func run() async throws -> Outcome {
    let running = try start()
    return try await withTaskCancellationHandler {
      try await running.outcome()
    } onCancel: {
      running.signal(SIGTERM)
    }
  }

  /// As `run`, but anything else than exit code 0 is an error that carries what the program said.
  public func output() async throws -> String {
    let outcome = try await run()
    guard outcome.status == 0 else {
      throw Failure(
        description: "\(program) \(arguments.joined(separator: " ")) ended with \(outcome.status): "
          + outcome.errorOutput + outcome.output.suffix(2000))
    }
    return outcome.output
  }

  /// Starts the program and does not wait for it.
  public func start() throws -> RunningCommand { try RunningCommand(self) }

  /// Where a program is: an absolute path as it is, a bare name through PATH.
  static func locate(_ program: String) throws -> URL {
    if program.contains("/") { return URL(fileURLWithPath: program) }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(program)"
      if FileManager.default.isExecutableFile(atPath: candidate) {
        return URL(fileURLWithPath: candidate)
      }
    }
    throw Failure(description: "\(program) is not installed")
  }
}

/// `Process.run` has crashed when called from several threads at once: one starts at a time.
func launch(_ process: Process) throws {
  launching.lock()
  defer { launching.unlock() }
  try process.run()
}

private let launching = NSLock()

/// A program that has been started.
public final class RunningCommand: @unchecked Sendable {
  private let process = Process()
  private let files: TemporaryDirectory
  private let ended: AsyncStream<Void>

  /// The program's process id.
  public var processID: Int32 { process.processIdentifier }
  public var isRunning: Bool { process.isRunning }

  fileprivate init(_ command: Command) throws {
    let files = try TemporaryDirectory()
    self.files = files
    for (name, content) in [("in", command.input), ("out", ""), ("err", "")] {
      try Data(content.utf8).write(to: files.url.appendingPathComponent(name))
    }
    process.executableURL = try Command.locate(command.program)
    process.arguments = command.arguments
    process.environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
    if let directory = command.directory {
      process.currentDirectoryURL = URL(fileURLWithPath: directory)
    }
    let input = try FileHandle(forReadingFrom: files.url.appendingPathComponent("in"))
    let output = try FileHandle(forWritingTo: files.url.appendingPathComponent("out"))
    let errorOutput = try FileHandle(forWritingTo: files.url.appendingPathComponent("err"))
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errorOutput
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    self.ended = ended
    process.terminationHandler = { _ in continuation.finish() }
    // The program has its own copies; Foundation would keep ours open for good.
    defer { for handle in [input, output, errorOutput] { try? handle.close() } }
    try launch(process)
  }

  public func signal(_ number: Int32) {
    if process.isRunning { kill(process.processIdentifier, number) }
  }

  /// What the program has written so far.
  public func outputSoFar() -> String {
    (try? String(contentsOf: files.url.appendingPathComponent("out"), encoding: .utf8)) ?? ""
  }

  public func errorOutputSoFar() -> String {
    (try? String(contentsOf: files.url.appendingPathComponent("err"), encoding: .utf8)) ?? ""
  }

  /// Waits for the program's end.
  public func outcome() async throws -> Command.Outcome {
    // The stream ends when the program does; it also ends when this task is cancelled, hence the second look.
    for await _ in ended {}
    while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
    let status = process.terminationStatus
    return Command.Outcome(
      status: process.terminationReason == .exit ? status : -status,
      output: outputSoFar(), errorOutput: errorOutputSoFar())
  }
}
