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

/// Hundredths of a percent as they are written: `12.5%`.
public func percentText(_ hundredths: Int) -> String {
  let whole = hundredths / 100
  let rest = hundredths % 100
  if rest == 0 { return "\(whole)%" }
  let digits = rest < 10 ? "0\(rest)" : rest % 10 == 0 ? "\(rest / 10)" : "\(rest)"
  return "\(whole).\(digits)%"
}
