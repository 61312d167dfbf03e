import CDCCore

/// A row's values as the quarantine keeps them: the texts that the server prints, masked where the column is.
extension TableLayout {
  func add(_ column: Int, _ field: RawSpan, isText: Bool, to json: inout JSONText) {
    let format = formats[column].kind == .unwanted ? formats[column].elements[0] : formats[column]
    let name = name(of: column)
    let type = format.columnType
    if format.kind == .masked {
      var builder = ColumnBuilder(format)
      do throws(ValueError) {
        if isText { try builder.append(text: field) } else { try builder.append(binary: field) }
        json.add(name, builder.takeVector().value(at: 0), type)
      } catch {
        addNull(column, to: &json)
      }
      return
    }
    var text: [UInt8] = []
    text.append(printing: field, as: isText ? ValueFormat(.text) : format)
    switch type {
    case .boolean: json.add(name, literal: Array((text.first == UInt8(ascii: "t") ? "true" : "false").utf8))
    case .short, .int, .long: json.add(name, literal: text)
    default: json.add(name, text: text)
    }
  }

  func addNull(_ column: Int, to json: inout JSONText) {
    json.add(name(of: column), literal: Array("null".utf8))
  }
}
