/// 10⁰ to 10¹⁸.
let powersOfTen: InlineArray<19, Int64> = [
  1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
  1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
  1_000_000_000_000_000_000,
]

/// - Precondition: `exponent` in 0...38.
func powerOfTen128(_ exponent: Int) -> Int128 {
  if exponent <= 18 { return Int128(powersOfTen[exponent]) }
  if exponent <= 36 { return Int128(powersOfTen[18]) * Int128(powersOfTen[exponent - 18]) }
  return Int128(powersOfTen[18]) * Int128(powersOfTen[18]) * Int128(powersOfTen[exponent - 36])
}
