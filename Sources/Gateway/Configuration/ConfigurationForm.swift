import ProxyTransport
import WeirPolicy

/// How a value is written: words that say it, and the reading of it.
struct ConfigurationForm<Value: Sendable>: Sendable {
  /// Continues "… is not"; with an example.
  let description: String
  let parse: @Sendable (String) -> Value?
}

extension ConfigurationForm<String> {
  static let path = ConfigurationForm(description: "a path") { $0.isEmpty ? nil : $0 }

  static let name = ConfigurationForm(description: "a name") { $0.isEmpty ? nil : $0 }

  /// As certificates name servers: at most one `*`, the first label.
  static let serverName = ConfigurationForm(description: "a host name, `*.example` or `*`") { text in
    let name = text.lowercased()
    if name == "*" { return name }
    let labels = (name.hasPrefix("*.") ? name.dropFirst(2) : Substring(name)).split(
      separator: ".", omittingEmptySubsequences: false)
    let isName = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x7A) }
    }
    return isName ? name : nil
  }
}

extension ConfigurationForm<Bool> {
  static let flag = ConfigurationForm(description: "`true` or `false`") { text in
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }
}

extension ConfigurationForm<SocketAddress> {
  static let address = ConfigurationForm(description: "an address and a port, as `127.0.0.1:8080` or `[::]:8080`") {
    SocketAddress($0)
  }

  /// An endpoint has a port.
  static let endpoint = ConfigurationForm(description: "an address and a port, as `10.0.0.1:8080`") { text in
    SocketAddress(text).flatMap { $0.port == 0 ? nil : $0 }
  }
}

extension ConfigurationForm<SocketAddress?> {
  static let addressOrOff = ConfigurationForm(description: "an address and a port, as `0.0.0.0:15021`, or `off`") {
    $0 == "off" ? .some(nil) : SocketAddress($0).map(Optional.some)
  }
}

extension ConfigurationForm<String?> {
  /// The kernel's limit for the path of a Unix socket, its NUL excluded.
  static let socketBytesMax = 107

  static let socketOrOff = ConfigurationForm(description: "a path of at most \(socketBytesMax) bytes, or `off`") {
    text in
    if text == "off" { return .some(nil) }
    return (1...socketBytesMax).contains(text.utf8.count) ? .some(text) : nil
  }
}

extension ConfigurationForm<Configuration.AccessLog> {
  static let accessLog = ConfigurationForm(description: "a path, `stdout` or `off`") { text in
    switch text {
    case "off": .off
    case "stdout": .standardOutput
    case "": nil
    default: .file(text)
    }
  }
}

extension ConfigurationForm<WeirPolicy.Network> {
  static let network = ConfigurationForm(description: "a network, as `10.0.0.0/8`, or an address") { text in
    (try? WeirPolicy.Network.parse(text)) ?? IPAddress(text).map { WeirPolicy.Network($0) }
  }
}

extension ConfigurationForm<Int> {
  static func count(_ range: ClosedRange<Int>) -> ConfigurationForm {
    ConfigurationForm(description: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
      guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(text) else { return nil }
      return range.contains(number) ? number : nil
    }
  }

  /// Bytes.
  static func size(_ range: ClosedRange<Int>) -> ConfigurationForm {
    ConfigurationForm(
      description: "a size from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound)), as `512MiB`"
    ) {
      text in
      guard let bytes = scaled(text, by: sizeUnits) else { return nil }
      return range.contains(bytes) ? bytes : nil
    }
  }
}

extension ConfigurationForm<Interval> {
  static func duration(_ range: ClosedRange<Interval>) -> ConfigurationForm {
    ConfigurationForm(
      description: "a duration from \(durationText(range.lowerBound)) to \(durationText(range.upperBound)), as `10s`"
    ) { text in
      guard let nanoseconds = scaled(text, by: durationUnits) else { return nil }
      let interval = Interval(nanoseconds: Int64(nanoseconds))
      return range.contains(interval) ? interval : nil
    }
  }
}

extension ConfigurationForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static var choice: ConfigurationForm {
    let words = Value.allCases.map { "`\($0.rawValue)`" }
    return ConfigurationForm(description: words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")) {
      Value(rawValue: $0)
    }
  }
}

/// The units of the policy language, largest first.
private let durationUnits = [
  ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
]
private let sizeUnits = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

/// A number and its unit, without a blank, in the smallest unit.
private func scaled(_ text: String, by units: [(String, Int)]) -> Int? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard let unit = units.first(where: { $0.0 == text.dropFirst(digits.count) }), let number = Int(digits) else {
    return nil
  }
  let (product, overflow) = number.multipliedReportingOverflow(by: unit.1)
  return overflow ? nil : product
}

private func written(_ number: Int, _ units: [(String, Int)]) -> String {
  let unit = units.first { number >= $0.1 && number % $0.1 == 0 } ?? (units.last ?? ("", 1))
  return "\(number / unit.1)\(unit.0)"
}

func sizeText(_ bytes: Int) -> String { written(bytes, sizeUnits) }

func durationText(_ interval: Interval) -> String { written(Int(interval.nanoseconds), durationUnits) }
