/// Why a field could not be taken into a column.
package enum ValueError: Error, Hashable, Sendable {
  /// The bytes are not of the form that the type's send or output function writes.
  case malformed
  /// `NaN`, where the column is a decimal.
  case notANumber
  /// `infinity`, where the column is a decimal, a date or a timestamp.
  case infinite
  /// A date or timestamp before 0001-01-01 or after 9999-12-31.
  case outOfRange
  /// More digits, before or after the point, than the decimal has.
  case tooManyDigits
  /// An array of more than one dimension.
  case dimensions
  /// A composite value with other attributes than its type had when reading began.
  case shape
  /// More than 2 GiB of values in one column of one batch.
  case tooLarge
  /// A JSON object with a key twice, where the column is a VARIANT.
  case repeatedKey
  /// A number in JSON that a VARIANT would round.
  case roundedNumber
  /// Half of a surrogate pair in JSON, which a VARIANT would lose.
  case halfSurrogatePair
  /// JSON beyond what a VARIANT takes.
  case beyondVariant
  /// The table's contract leaves the column out.
  case unwanted
  /// OpenSSL refuses to compute a digest.
  case digest

  /// The value is sound, but its column cannot hold it: the table's contract decides.
  package var isContractual: Bool { ![.malformed, .tooLarge, .shape, .digest].contains(self) }

  /// Completes the sentence "the value …".
  package var explanation: String {
    switch self {
    case .malformed: "is not in the form that its type has on the wire"
    case .notANumber: "is NaN, which a decimal cannot hold"
    case .infinite: "is infinite, which the column's type cannot hold"
    case .outOfRange: "lies outside the years 0001 to 9999"
    case .tooManyDigits: "has more digits than the column's decimal type"
    case .dimensions: "is an array of more than one dimension"
    case .shape: "has other attributes than its composite type had when reading began"
    case .repeatedKey: "has a key twice in an object, which a VARIANT cannot hold"
    case .roundedNumber: "has a number that a VARIANT would round"
    case .halfSurrogatePair: "has half of a surrogate pair, which a VARIANT cannot hold"
    case .beyondVariant: "is larger or deeper than a VARIANT can be, or has a longer key or number"
    case .unwanted: "is of a column that is new, and that the table's contract leaves out"
    case .digest: "cannot be hashed, as OpenSSL has no SHA-256 here"
    case .tooLarge: "brings the column of one batch beyond 2 GiB"
    }
  }
}
