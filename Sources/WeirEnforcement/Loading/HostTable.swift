import WeirPolicy
import WeirVM

/// Finds the route table of a host: an exact name before the longest wildcard.
///
/// Open addressing; the name is compared in full, the hash only says where to look.
struct HostTable: Sendable {
  private struct Entry {
    var isWildcard: Bool
    var name: [UInt8]
    var table: Int

    init(_ pattern: HostPattern, table: Int) {
      isWildcard = pattern.isWildcard
      name = Array(pattern.name.utf8)
      self.table = table
    }
  }

  private var entries: [Entry] = []
  /// An index into `entries` plus one; 0 is empty. A power of two of them.
  private var buckets: [Int32] = [0]

  /// Over quoted hosts and hosts of gateways together.
  init(_ topology: Topology) {
    var entries: [Entry] = []
    for (index, table) in topology.tables.enumerated() {
      let patterns: [HostPattern]
      switch table.owner {
      case .hosts(let hosts): patterns = hosts
      case .gateway(let gateway): patterns = topology.gateways[gateway].hosts
      case .service: continue
      }
      for pattern in patterns { entries.append(Entry(pattern, table: index)) }
    }
    self.init(entries)
  }

  /// Over the hosts of one table.
  init(_ hosts: [HostPattern], table: Int) { self.init(hosts.map { Entry($0, table: table) }) }

  private init(_ entries: [Entry]) {
    self.entries = entries
    var size = 1
    while size < entries.count * 2 { size *= 2 }
    buckets = Array(repeating: 0, count: size)
    for (index, entry) in entries.enumerated() {
      // The first of two equal patterns keeps the place.
      guard lookUp(entry.name.span, isWildcard: entry.isWildcard) == nil else { continue }
      var place = home(entry.name.span, isWildcard: entry.isWildcard)
      while buckets[place] != 0 { place = (place + 1) & (size - 1) }
      buckets[place] = Int32(truncatingIfNeeded: index + 1)
    }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The index of the table that is responsible. Complexity: linear in the labels of the host, no allocation.
  func table(for host: Span<UInt8>) -> Int? {
    if let table = lookUp(host, isWildcard: false) { return table }
    // A wildcard covers one or more labels before its name; the longest name comes first from the left.
    for index in host.indices.dropLast() where index > 0 && host[index] == UInt8(ascii: ".") {
      if let table = lookUp(host.extracting((index + 1)..<host.count), isWildcard: true) { return table }
    }
    return nil
  }

  private func home(_ name: Span<UInt8>, isWildcard: Bool) -> Int {
    Int(truncatingIfNeeded: XXH3.hash(name, seed: isWildcard ? 1 : 0)) & (buckets.count - 1)
  }

  private func lookUp(_ name: Span<UInt8>, isWildcard: Bool) -> Int? {
    var place = home(name, isWildcard: isWildcard)
    while buckets[place] != 0 {
      let entry = entries[Int(buckets[place]) - 1]
      if entry.isWildcard == isWildcard, entry.name.count == name.count, name.hasBytes(entry.name, at: 0) {
        return entry.table
      }
      place = (place + 1) & (buckets.count - 1)
    }
    return nil
  }
}
