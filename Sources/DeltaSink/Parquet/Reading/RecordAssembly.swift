// Putting nested columns together again from their leaves' levels (the Dremel way back).

import CDCCore

extension ReadNode {
  /// The node's vector. `leaves` holds the data of the leaves below, by position.
  func assemble(_ leaves: [Int: LeafData]) throws(ParquetFormatError) -> ColumnVector {
    guard let first = self.leaves.first, let data = leaves[first.position] else {
      throw .unsupported("a struct without fields")
    }
    if case .leaf(let leaf) = kind, leaf.maxDefinitionLevel <= 1, leaf.maxRepetitionLevel == 0 {
      let validity =
        data.validity.isEmpty ? nil : Validity(count: data.slotCount, words: data.validity)
      return ColumnVector(
        count: data.slotCount, validity: validity,
        values: try data.values.vectorValues(
          leaf, validity: validity == nil ? nil : data.validity, slots: data.slotCount))
    }
    let (count, words) = places(in: data)
    let validity = words.map { Validity(count: count, words: $0) }
    switch kind {
    case .leaf(let leaf):
      return ColumnVector(
        count: count, validity: validity,
        values: try data.values.vectorValues(leaf, validity: words, slots: count))
    case .structure(let fields):
      var vectors: [ColumnVector] = []
      for field in fields {
        let vector = try field.assemble(leaves)
        guard vector.count == count else { throw Self.disagreement }
        vectors.append(vector)
      }
      return ColumnVector(count: count, validity: validity, values: .structure(vectors))
    case .list(let element):
      let elements = try element.assemble(leaves)
      let offsets = offsets(of: element, in: data)
      guard offsets.count == count + 1, Int(offsets[count]) == elements.count else { throw Self.disagreement }
      return ColumnVector(
        count: count, validity: validity, values: .list(offsets: offsets, elements: elements))
    case .map(let key, let value):
      let keys = try key.assemble(leaves)
      let values = try value.assemble(leaves)
      let offsets = offsets(of: key, in: data)
      guard offsets.count == count + 1, Int(offsets[count]) == keys.count, keys.count == values.count else {
        throw Self.disagreement
      }
      return ColumnVector(
        count: count, validity: validity, values: .map(offsets: offsets, keys: keys, values: values))
    }
  }

  private static let disagreement = ParquetFormatError.corrupt(
    "the leaves of a nested column disagree about its shape")

  /// The node's own places among a leaf's slots: those that begin one and where the ancestors exist; and
  /// which of them are not null (nil: all).
  private func places(in data: LeafData) -> (count: Int, validity: [UInt64]?) {
    var words: [UInt64] = []
    var count = 0
    var nulls = 0
    for slot in 0..<data.slotCount where isPlace(slot, data) {
      if count & 63 == 0 { words.append(0) }
      if isPresent(slot, data) {
        words[count >> 6] |= 1 << UInt64(count & 63)
      } else {
        nulls += 1
      }
      count += 1
    }
    return (count, nulls == 0 ? nil : words)
  }

  /// A leaf of one definition level at most keeps a validity in place of its levels: where the leaf is
  /// required, it says whether the struct around it is there.
  private func isPresent(_ slot: Int, _ data: LeafData) -> Bool {
    if !data.definition.isEmpty { return data.definition[slot] >= definitionLevel }
    return definitionLevel == 0 || data.validity.isEmpty
      || data.validity[slot >> 6] >> UInt64(slot & 63) & 1 == 1
  }

  private func isPlace(_ slot: Int, _ data: LeafData) -> Bool {
    (data.repetition.isEmpty || data.repetition[slot] <= repetitionLevel)
      && (data.definition.isEmpty || data.definition[slot] >= ancestorDefinitionLevel)
  }

  /// Where each of this list's rows begins among the places of its element.
  private func offsets(of element: ReadNode, in data: LeafData) -> [Int32] {
    var offsets: [Int32] = []
    var elements: Int32 = 0
    for slot in 0..<data.slotCount {
      if isPlace(slot, data) { offsets.append(elements) }
      if element.isPlace(slot, data) { elements += 1 }
    }
    offsets.append(elements)
    return offsets
  }
}
