/// The fields of a head, in order. The table is kept for the next head: emptying it is a number that becomes zero.
struct FieldList: ~Copyable {
  private var places: [FieldPlaces] = []
  private(set) var count = 0

  subscript(index: Int) -> FieldPlaces {
    precondition(index < count)
    return places[index]
  }

  mutating func removeAll() { count = 0 }

  mutating func append(_ field: FieldPlaces) {
    if count < places.count {
      places[count] = field
    } else {
      places.append(field)
    }
    count += 1
  }

  /// Forgets all fields of a name.
  mutating func remove(named name: Span<UInt8>, in bytes: borrowing ByteBuffer) {
    var kept = 0
    for index in 0..<count where !areEqual(bytes.extracting(places[index].name.range), name) {
      places[kept] = places[index]
      kept += 1
    }
    count = kept
  }

  /// The values of all fields of a name, in order.
  func values(of name: Span<UInt8>, in bytes: borrowing ByteBuffer, into found: inout [Range<Int>]) {
    for index in 0..<count
    where Int(places[index].name.count) == name.count && areEqual(bytes.extracting(places[index].name.range), name) {
      found.append(places[index].value.range)
    }
  }

  /// The longest run of lines without a gap.
  func run(from first: Int) -> LineRun {
    guard first < count else { return LineRun(bytes: .empty, next: count) }
    var bytes = places[first].line
    var next = first + 1
    while next < count, places[next].line.start == bytes.start + bytes.count {
      bytes.count += places[next].line.count
      next += 1
    }
    return LineRun(bytes: bytes, next: next)
  }
}

/// Forgets what an array holds and keeps its memory; does nothing where there is nothing, which the library's own does not.
@inline(__always)
func clear<Element>(_ array: inout [Element]) {
  if !array.isEmpty { array.removeLast(array.count) }
}
