import WeirISA
import WeirVM

/// Which slot of the program holds what of a request. A header, or in its place a claim, says the environment.
struct Filling {
  private var method: Int?
  private var path: Int?
  private var caller: Int?
  private var source: Int?
  private var environment: Int?
  private var token: Int?

  init(_ program: borrowing VerifiedProgram) throws {
    for slot in 0..<program.slotCount {
      switch program.slot(slot).kind {
      case .method: method = slot
      case .path: path = slot
      case .caller: caller = slot
      case .sourceIP: source = slot
      case .header, .claim: environment = slot
      case .token: token = slot
      default: throw Mistake("the policy reads more than the requests have")
      }
    }
  }

  /// Hands the machine what a host has of a request.
  @inline(__always)
  func fill(_ frame: inout Frame, _ entry: Requests.Entry, _ bytes: Span<UInt8>) {
    frame.reset()
    if let method { frame.set(method, to: frame.append(bytes.extracting(entry.method))) }
    if let path { frame.set(path, to: frame.append(bytes.extracting(entry.path))) }
    if let caller { frame.set(caller, to: frame.append(bytes.extracting(entry.caller))) }
    if let source { frame.set(source, to: .address(entry.source)) }
    if let environment {
      if let range = entry.environment {
        frame.set(environment, to: frame.append(bytes.extracting(range)))
      } else {
        frame.set(environment, to: .absent)
      }
    }
  }
}
