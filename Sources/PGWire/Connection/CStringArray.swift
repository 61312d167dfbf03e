#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Strings as the nil-terminated array of C strings that libpq takes; a nil string stays a nil pointer.
@safe
struct CStringArray: ~Copyable {
  private let pointers: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

  init(_ strings: [String?]) {
    unsafe pointers = .allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() {
      unsafe pointers.initializeElement(
        at: index, to: string.flatMap { unsafe strdup($0) }.map { unsafe UnsafePointer($0) })
    }
    unsafe pointers.initializeElement(at: strings.count, to: nil)
  }

  deinit {
    let count = unsafe pointers.count
    for index in 0..<count { unsafe free(UnsafeMutablePointer(mutating: pointers[index])) }
    unsafe pointers.deallocate()
  }

  func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) throws -> R) rethrows -> R {
    unsafe try body(UnsafePointer(pointers.baseAddress))
  }
}
