// Typed memory that an encoder keeps from column to column, so that no column allocates.

/// Owns uninitialized memory for trivial elements; it grows and is never given back before the end.
@safe
struct ScratchArray<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int

  init() {
    capacity = 64
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Memory for at least `count` elements. What it held before is lost when it grows.
  mutating func memory(_ count: Int) -> UnsafeMutablePointer<Element> {
    if count > capacity {
      unsafe base.deallocate()
      capacity = count + count / 4
      unsafe base = .allocate(capacity: capacity)
    }
    return unsafe base
  }
}
