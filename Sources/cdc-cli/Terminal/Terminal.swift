#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The two output streams. Everything that leaves the command passes here, so that no secret does.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1 && Environment.process["TERM"] != "dumb"

  /// Results: stdout.
  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Everything else: stderr. A progress line on screen is cleared first.
  static func printError(_ text: String) {
    write((isInteractive ? "\r\u{1B}[K" : "") + text + "\n", to: STDERR_FILENO)
  }

  /// The one line that is overwritten again and again; only on a terminal.
  static func showProgress(_ line: String) {
    guard isInteractive else { return }
    write("\r\u{1B}[K" + line.prefix(max(width - 1, 20)), to: STDERR_FILENO)
  }

  static func clearProgress() {
    if isInteractive { write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String, to file: Int32) {
    var bytes = Array(Secrets.redact(text).utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          unsafe Glibc.write(file, buffer.baseAddress, buffer.count)
        #else
          unsafe Darwin.write(file, buffer.baseAddress, buffer.count)
        #endif
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
