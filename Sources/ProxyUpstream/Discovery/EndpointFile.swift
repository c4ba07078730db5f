import ProxyTransport
import WeirJSON
import WeirPolicy

/// Reads a list of endpoints from a file.
///
/// ```json
/// [{ "address": "10.0.0.1:8080", "labels": { "version": "v1" } }, { "address": "10.0.0.2:8080" }]
/// ```
enum EndpointFile {
  static let bytesMax = 4 << 20

  /// - Parameter port: of entries that name an address only.
  static func read(_ path: String, port: UInt16) -> Result<[DiscoveredEndpoint], DiscoveryError> {
    do throws(SystemError) {
      let file = try SealedFile(copying: path, bytesMax: bytesMax)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(file.count)
      for index in file.bytes.indices { bytes.append(file.bytes[index]) }
      return parse(bytes, port: port).mapError { .file("\(path)\($0.place): \($0.text)") }
    } catch {
      return .failure(.file("\(path): \(error)"))
    }
  }

  struct Mistake: Error, Hashable {
    let text: String
    /// `:line:column`, where JSON ends.
    var place = ""
  }

  static func parse(_ bytes: [UInt8], port: UInt16) -> Result<[DiscoveredEndpoint], Mistake> {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
      let before = bytes.prefix(error.offset)
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = error.offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
      return .failure(Mistake(text: "no JSON: \(error.reason.rawValue)", place: ":\(line):\(column)"))
    }
    guard case .array(let entries) = value else { return .failure(Mistake(text: "expected a list of endpoints")) }
    var list: [DiscoveredEndpoint] = []
    var seen: Set<SocketAddress> = []
    for (index, entry) in entries.enumerated() {
      switch endpoint(entry, port: port) {
      case .failure(let mistake): return .failure(Mistake(text: "entry \(index + 1): \(mistake.text)"))
      case .success(let endpoint):
        guard seen.insert(endpoint.address).inserted else {
          return .failure(Mistake(text: "entry \(index + 1): \(endpoint.address) is there twice"))
        }
        list.append(endpoint)
      }
    }
    return .success(list.sorted { $0.address < $1.address })
  }

  private static func endpoint(_ entry: JSONValue, port: UInt16) -> Result<DiscoveredEndpoint, Mistake> {
    guard case .object(let members) = entry else { return .failure(Mistake(text: "expected an object")) }
    var address: SocketAddress?
    var labels: [Service.Label] = []
    for member in members {
      switch (member.name, member.value) {
      case ("address", .string(let text)):
        address = SocketAddress(text) ?? IPAddress(text).map { SocketAddress($0, port: port) }
        guard let address, address.port != 0 else {
          return .failure(Mistake(text: "\(text.quoted) is no address with a port, like \"10.0.0.1:8080\""))
        }
      case ("labels", .object(let declared)):
        for label in declared {
          guard case .string(let value) = label.value else {
            return .failure(Mistake(text: "label \(label.name.quoted) is no string"))
          }
          labels.append(Service.Label(name: label.name, value: value))
        }
      case ("address", _): return .failure(Mistake(text: "\"address\" is no string"))
      case ("labels", _): return .failure(Mistake(text: "\"labels\" is no object"))
      default: return .failure(Mistake(text: "unknown key \(member.name.quoted); there are \"address\" and \"labels\""))
      }
    }
    guard let address else { return .failure(Mistake(text: "\"address\" is missing")) }
    return .success(DiscoveredEndpoint(address, labels: labels.sorted { ($0.name, $0.value) < ($1.name, $1.value) }))
  }
}

extension String {
  /// As a line of a log may show what a file says: in quotes, short, and without what would end the line or steer a terminal.
  fileprivate var quoted: String {
    let shown = unicodeScalars.prefix(100).map { scalar -> String in
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
      default: String(scalar)
      }
    }
    return "\"" + shown.joined() + (unicodeScalars.count > 100 ? "…" : "") + "\""
  }
}
