/// `1500ms`, as it is written in a policy.
public func durationText(_ nanoseconds: Int64) -> String {
  let units: [(Int64, String)] = [
    (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"),
    (1_000_000, "ms"), (1_000, "us"),
  ]
  for (length, name) in units where nanoseconds >= length && nanoseconds % length == 0 {
    return "\(nanoseconds / length)\(name)"
  }
  return "\(nanoseconds)ns"
}

/// `95%`, `12.50%`
///
/// - Parameter hundredths: of a percent.
public func percentText(_ hundredths: Int) -> String {
  let fraction = hundredths % 100
  let digits = fraction == 0 ? "" : "." + (fraction < 10 ? "0\(fraction)" : "\(fraction)")
  return "\(hundredths / 100)\(digits)%"
}
