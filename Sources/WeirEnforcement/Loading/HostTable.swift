import WeirPolicy
import WeirVM

/// Finds what is responsible for a host: an exact name before the longest wildcard.
///
/// Several tables in one: that of all hosts, and one a gateway. Open addressing; the name is compared in full, the hash only says
/// where to look.
struct HostTable: ~Copyable, Sendable {
  private struct Entry: BitwiseCopyable {
    var isWildcard: Bool
    /// In `names`.
    var name: Place
    /// A route table.
    var table: Int
  }

  /// One of the tables in it.
  private struct Group: BitwiseCopyable {
    var firstBucket: Int
    /// A power of two; 1 for a table without hosts.
    var bucketCount: Int
    var isEmpty: Bool
  }

  private var names: [UInt8] = []
  private var entries: [Entry] = []
  /// An index into `entries` plus one; 0 is empty.
  private var buckets: [Int32] = []
  /// All hosts, then those of each gateway.
  private var groups: [Group] = []

  init(_ topology: Topology) {
    var all: [(pattern: HostPattern, table: Int)] = []
    for (index, table) in topology.tables.enumerated() {
      let patterns: [HostPattern]
      switch table.owner {
      case .hosts(let hosts): patterns = hosts
      case .gateway(let gateway): patterns = topology.gateways[gateway].hosts
      case .service: continue
      }
      for pattern in patterns { all.append((pattern, index)) }
    }
    add(all)
    for gateway in topology.gateways { add(gateway.hosts.map { ($0, 0) }) }
  }

  private mutating func add(_ hosts: [(pattern: HostPattern, table: Int)]) {
    var size = 1
    while size < hosts.count * 2 { size *= 2 }
    let group = Group(firstBucket: buckets.count, bucketCount: size, isEmpty: hosts.isEmpty)
    groups.append(group)
    buckets.append(contentsOf: repeatElement(0, count: size))
    for host in hosts {
      let name = Array(host.pattern.name.utf8)
      let isWildcard = host.pattern.isWildcard
      // The first of two equal patterns keeps the place.
      guard lookUp(name.span, isWildcard: isWildcard, in: group) == nil else { continue }
      var place = home(name.span, isWildcard: isWildcard, in: group)
      while buckets[group.firstBucket + place] != 0 { place = (place + 1) & (size - 1) }
      let start = names.count
      names.append(contentsOf: name)
      entries.append(Entry(isWildcard: isWildcard, name: Place(start..<names.count), table: host.table))
      buckets[group.firstBucket + place] = Int32(truncatingIfNeeded: entries.count)
    }
  }

  /// The route table that is responsible. Complexity: linear in the labels of the host, no allocation.
  func table(for host: Span<UInt8>) -> Int? { find(host, in: groups[0]) }

  /// Whether a gateway answers for a host; one that names none answers for any.
  func gateway(_ gateway: Int, answersFor host: Span<UInt8>) -> Bool {
    groups[gateway + 1].isEmpty || find(host, in: groups[gateway + 1]) != nil
  }

  private func find(_ host: Span<UInt8>, in group: Group) -> Int? {
    if let table = lookUp(host, isWildcard: false, in: group) { return table }
    // A wildcard covers one or more labels before its name; the longest name comes first from the left.
    for index in host.indices.dropLast() where index > 0 && host[index] == UInt8(ascii: ".") {
      if let table = lookUp(host.extracting((index + 1)..<host.count), isWildcard: true, in: group) { return table }
    }
    return nil
  }

  private func home(_ name: Span<UInt8>, isWildcard: Bool, in group: Group) -> Int {
    Int(truncatingIfNeeded: XXH3.hash(name, seed: isWildcard ? 1 : 0)) & (group.bucketCount - 1)
  }

  private func lookUp(_ name: Span<UInt8>, isWildcard: Bool, in group: Group) -> Int? {
    var place = home(name, isWildcard: isWildcard, in: group)
    while buckets[group.firstBucket + place] != 0 {
      let entry = entries[Int(buckets[group.firstBucket + place]) - 1]
      if entry.isWildcard == isWildcard, areEqual(name, names.span.extracting(entry.name.range)) { return entry.table }
      place = (place + 1) & (group.bucketCount - 1)
    }
    return nil
  }
}
