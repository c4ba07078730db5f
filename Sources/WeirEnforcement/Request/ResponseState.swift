import HTTPCanonical
import WeirISA
import WeirPolicy
import WeirRequest

/// The head of one response, while retries and header changes look at it.
struct ResponseState: ~Copyable {
  var bytes = ByteBuffer(capacity: CanonicalLimits.headerSectionBytesMax)
  var status = 0
  var fields = FieldList()
  var budget = HeaderBudget()

  /// Forgets the response and keeps the memory.
  mutating func reset(_ status: UInt16) {
    bytes.removeAll()
    self.status = Int(status)
    fields.removeAll()
    budget = HeaderBudget()
  }

  mutating func addField(name: Span<UInt8>, value: Span<UInt8>) throws(Reject) {
    do throws(RejectReason) {
      try budget.add(nameBytes: name.count, valueBytes: value.count)
      fields.append(try bytes.appendLine(name, value))
    } catch { throw .canonical(error) }
  }

  /// The values of a header, in order.
  func lines(_ name: Span<UInt8>, into found: inout [Range<Int>]) {
    clear(&found)
    fields.values(of: name, in: bytes, into: &found)
  }

  /// The status, or the value that a header has once; one that occurs twice is doubt.
  func read(_ source: ValueSource, _ plans: borrowing PlanTables, _ found: inout [Range<Int>]) -> Reading {
    switch source.kind {
    case .responseStatus: return .integer(Int64(status))
    case .responseHeader:
      lines(plans.bytes(source.name), into: &found)
      guard let value = found.first else { return .absent }
      guard found.count == 1 else { return .unavailable }
      return typed(value, source.type)
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .instant, .weekday, .hour,
      .minute, .date:
      return .unavailable
    }
  }

  /// As `RequestState.typed`.
  func typed(_ value: Range<Int>, _ type: ValueType) -> Reading {
    guard type.element == .integer else { return .bytes(value) }
    return decimal(bytes.extracting(value)).map { .integer($0) } ?? .unavailable
  }
}

extension ValueSource {
  /// Read from the response.
  var isOfResponse: Bool {
    switch kind {
    case .responseStatus, .responseHeader: true
    case .method, .scheme, .host, .port, .path, .clientIP, .query, .header, .cookie, .sourceIP, .sourcePort, .sni,
      .caller, .callerTrustDomain, .callerNamespace, .callerAccount, .claim, .token, .instant, .weekday, .hour,
      .minute, .date:
      false
    }
  }
}
