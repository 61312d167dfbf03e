/// Rows of text under headings, aligned: numbers to the right, words to the left.
struct TextTable {
  enum Alignment { case left, right }

  var headings: [(title: String, alignment: Alignment)]
  var rows: [[String]] = []

  init(_ headings: (String, Alignment)...) { self.headings = headings.map { (title: $0.0, alignment: $0.1) } }

  init(headings: [(title: String, alignment: Alignment)]) { self.headings = headings }

  mutating func append(_ cells: String...) { rows.append(cells) }

  var text: String {
    let lines = [headings.map(\.title)] + rows
    let widths = headings.indices.map { column in
      lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return lines.map { cells in
      zip(cells.indices, cells).map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return headings[column].alignment == .right ? padding + cell : cell + padding
      }
      .joined(separator: "  ").trimmingTrailingSpaces
    }
    .joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
