/// A type of the language. Optionality is kept beside it.
indirect enum Type: Hashable, Sendable {
  case bool, int, string, duration, size, percent, rate, time, date, weekday
  case ip, network, host, path, pathPattern, method, status, identity, destination, regex
  case set(Type)

  /// As it is written, e.g. `Set<String>`.
  var name: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .string: "String"
    case .duration: "Duration"
    case .size: "Size"
    case .percent: "Percent"
    case .rate: "Rate"
    case .time: "Time"
    case .date: "Date"
    case .weekday: "Weekday"
    case .ip: "IP"
    case .network: "CIDR"
    case .host: "Host"
    case .path: "Path"
    case .pathPattern: "PathPattern"
    case .method: "Method"
    case .status: "Status"
    case .identity: "Identity"
    case .destination: "Destination"
    case .regex: "Regex"
    case .set(let member): "Set<\(member.name)>"
    }
  }
}
