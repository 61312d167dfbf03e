/// Numbers as people read them: `1,234,567`, `2.5 s`, `1.2 MB`.

func grouped(_ number: some BinaryInteger) -> String {
  let digits = String(number.magnitude)
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return (number < 0 ? "-" : "") + result
}

/// Rounded half up to a number of decimal places, without the locale's ideas.
func decimal(_ number: Double, places: Int) -> String {
  guard number.isFinite, number.magnitude < 1e15 else { return "–" }
  var unit = 1.0
  for _ in 0..<places { unit *= 10 }
  let scaled = Int64((number.magnitude * unit).rounded())
  let digits = String(scaled)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = number < 0 && scaled != 0 ? "-" : ""
  guard places > 0 else { return sign + grouped(scaled) }
  return sign + grouped(Int64(padded.dropLast(places)) ?? 0) + "." + padded.suffix(places)
}

func seconds(_ duration: Duration) -> Double {
  let (whole, atto) = duration.components
  return Double(whole) + Double(atto) / 1e18
}

func perSecond(_ count: Int, _ duration: Duration) -> String {
  let time = seconds(duration)
  return time > 0 ? decimal(Double(count) / time, places: 0) : "–"
}

func bytes(_ count: some BinaryInteger) -> String {
  let units = ["bytes", "kB", "MB", "GB", "TB"]
  var value = Double(count)
  var unit = 0
  while value.magnitude >= 1000, unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  return decimal(value, places: unit == 0 ? 0 : 1) + " " + units[unit]
}

func plural(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
