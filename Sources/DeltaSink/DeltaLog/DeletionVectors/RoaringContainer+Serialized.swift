/// The three stored forms of a container, and the choice of the smallest.
extension RoaringContainer {
  /// As it goes into the file, with what the headers need to know of it.
  struct Stored {
    var cardinality: Int
    var isRuns: Bool
    var bytes: [UInt8]
  }

  var stored: Stored {
    let cardinality = self.cardinality
    let runs = self.runPairs
    let plainSize = cardinality <= Self.maximumArrayCount ? cardinality * 2 : Self.bitmapWords * 8
    var bytes: [UInt8] = []
    if 2 + runs.count * 2 < plainSize {
      bytes.reserveCapacity(2 + runs.count * 2)
      bytes.appendLittleEndian(UInt16(runs.count / 2))
      for value in runs { bytes.appendLittleEndian(value) }
      return Stored(cardinality: cardinality, isRuns: true, bytes: bytes)
    }
    bytes.reserveCapacity(plainSize)
    if cardinality <= Self.maximumArrayCount {
      forEach { bytes.appendLittleEndian($0) }
    } else {
      for word in words { bytes.appendLittleEndian(word) }
    }
    return Stored(cardinality: cardinality, isRuns: false, bytes: bytes)
  }

  /// The same values as runs.
  private var runPairs: [UInt16] {
    if case .runs(let pairs) = self { return pairs }
    var pairs: [UInt16] = []
    forEach { value in
      if let length = pairs.last, Int(pairs[pairs.count - 2]) + Int(length) + 1 == Int(value) {
        pairs[pairs.count - 1] = length + 1
      } else {
        pairs.append(value)
        pairs.append(0)
      }
    }
    return pairs
  }

  /// Reads a container whose header says what it is, and holds it to that.
  init(_ reader: inout LittleEndianReader, cardinality: Int, isRuns: Bool) throws {
    if isRuns {
      let count = Int(try reader.integer(UInt16.self))
      self = .runs(try reader.integers(count * 2))
    } else if cardinality <= Self.maximumArrayCount {
      self = .array(try reader.integers(cardinality))
    } else {
      self = .bitmap(try reader.integers(Self.bitmapWords))
    }
    guard isOrdered, self.cardinality == cardinality else {
      throw DeltaError(
        .corruptDeletionVector, "A deletion vector's block is out of order or not as long as it says.")
    }
  }

  private var isOrdered: Bool {
    switch self {
    case .bitmap: return true
    case .array(let values): return zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    case .runs(let pairs):
      var next = 0
      for index in stride(from: 0, to: pairs.count, by: 2) {
        let end = Int(pairs[index]) + Int(pairs[index + 1]) + 1
        guard Int(pairs[index]) >= next, end <= 65536 else { return false }
        next = end
      }
      return true
    }
  }
}
