import PropertyTesting
import Testing
import WeirCodegen
import WeirCompiler
import WeirISA
import WeirPlan
import WeirPolicy
import WeirSource
import WeirVM

/// Graph, clauses, rules one by one: three ways of one machine, one answer.
@Suite struct WaysTests {
  /// Every scope of every policy here, with values of all its classes, some absent, some unavailable, some that fit nowhere.
  @Test(arguments: ShippedPolicies.folders)
  func shippedPoliciesAreDecidedInOneWay(folder: String) throws {
    try compare(try #require(ShippedPolicies.policy(folder)), rounds: 200, seed: 1)
  }

  @Test(arguments: 0..<40)
  func randomPoliciesAreDecidedInOneWay(seed: Int) throws {
    var generator = ProgramGenerator(seed: UInt64(seed))
    guard let policy = check([SourceFile(path: "random.weir", text: generator.program())]).policy else { return }
    try compare(policy, rounds: 100, seed: UInt64(seed))
  }

  /// Where one slot has several classifiers, and where nothing has room, too.
  @Test(arguments: Adversary.allCases)
  func adversarialPoliciesAreDecidedInOneWay(family: Adversary) throws {
    try compare(try family.policy(), rounds: 10, seed: 3)
  }

  private func compare(_ policy: Policy, rounds: Int, seed: UInt64) throws {
    let program = try verify(UnverifiedProgram(try generate(policy)))
    var random = SplitMix64(seed: seed)
    var frame = Frame(for: program)
    let data = DataSets(unloaded: program.dataSetCount)
    for index in policy.authz.indices where !policy.authz[index].rules.isEmpty {
      let id = program.scope(.authz, index)
      let scope = try #require(id)
      let plan = ScopePlan(authz: index, of: policy)
      for round in 0..<rounds {
        Filler(space: plan.space).fill(&frame, program, &random)
        var found: [Decision] = []
        var sets: [[Truth]] = []
        for strategy in ScopeStrategy.allCases {
          found.append(program.decide(scope, &frame, data, by: strategy))
          var matches = MatchSet(for: program)
          program.match(scope, &frame, data, by: strategy, into: &matches)
          found.append(program.decision(scope, matches, enforcingShadows: false))
          var truths: [Truth] = []
          for rule in policy.authz[index].rules.indices { truths.append(matches[rule]) }
          sets.append(truths)
        }
        #expect(Set(found.map { "\($0)" }).count == 1, "seed \(seed), scope \(index), round \(round): \(found)")
        #expect(Set(sets).count == 1, "seed \(seed), scope \(index), round \(round)")
      }
    }
    for index in policy.routeTables.indices {
      let id = program.scope(.routes, index)
      let table = try #require(id)
      let plan = ScopePlan(routes: index, of: policy)
      for round in 0..<rounds {
        Filler(space: plan.space).fill(&frame, program, &random)
        var found: [RouteChoice] = []
        for strategy in ScopeStrategy.allCases { found.append(program.route(table, &frame, data, by: strategy)) }
        #expect(found.allSatisfy { $0 == found[0] }, "seed \(seed), table \(index), round \(round): \(found)")
      }
    }
  }
}

/// Values for the slots of a program: of the classes of one scope where it has the slot.
private struct Filler {
  let space: Space

  func fill(_ frame: inout Frame, _ program: borrowing VerifiedProgram, _ random: inout SplitMix64) {
    frame.reset()
    var identity: String?
    var callerIsKnown = true
    // However the path is looked at, it is one path.
    var path: WeirVM.SlotValue?
    for number in 0..<program.slotCount {
      let slot = program.slot(number)
      let drawn = value(slot, slot.name.map { program.text(Int($0)) } ?? "", &frame, &random)
      let value = slot.kind == .path ? path ?? drawn : drawn
      if slot.kind == .path { path = value }
      frame.set(number, to: value)
      if slot.kind == .caller {
        callerIsKnown = value.state != .unavailable
        identity = frame.bytes(of: value).map { String(decoding: $0, as: UTF8.self) }
      }
    }
    // What is cut out of the caller goes with it.
    let pieces = identity?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
    let isNamespaced = pieces.count == 7 && pieces[3] == "ns" && pieces[5] == "sa"
    for number in 0..<program.slotCount {
      let piece: String? =
        switch program.slot(number).kind {
        case .callerTrustDomain: pieces.count > 2 ? pieces[2] : nil
        case .callerNamespace: isNamespaced ? pieces[4] : nil
        case .callerAccount: isNamespaced ? pieces[6] : nil
        default: nil
        }
      switch program.slot(number).kind {
      case .callerTrustDomain, .callerNamespace, .callerAccount:
        let value = piece.map { frame.append(Array($0.utf8)) } ?? (callerIsKnown ? .absent : .unavailable)
        frame.set(number, to: value)
      default: break
      }
    }
  }

  private func value(
    _ slot: SlotRecord, _ name: String, _ frame: inout Frame, _ random: inout SplitMix64
  ) -> WeirVM.SlotValue {
    switch random.next() % 24 {
    case 0: return .unavailable
    case 1: return .absent
    case 2: return .integer(-7)
    case 3 where slot.type == .bytes: return frame.append(Array("*".utf8))
    default: break
    }
    if slot.type.isList {
      let members = (0..<(random.next() % 3)).map { _ in frame.append(Array("v\(random.next() % 3)".utf8)) }
      return members.isEmpty ? .absent : frame.appendList(members.span)
    }
    let groups = space.slots.indices.filter {
      space.slots[$0].attribute == attribute(slot, name) && !space.slots[$0].isRepeated
    }
    guard let index = groups.randomElement(using: &random),
      let witness = space.classes[index].witnesses.randomElement(using: &random)
    else { return slot.type == .bytes ? frame.append(Array("other".utf8)) : .absent }
    switch witness {
    case .value(.string(let text)): return frame.append(Array(text.utf8))
    case .value(.int(let number)): return .integer(number)
    case .value(.ip(let address)): return .address(Address(high: address.high, low: address.low))
    case .present: return .integer(1)
    case .absent: return .absent
    case .unavailable: return .unavailable
    }
  }

  private func attribute(_ slot: SlotRecord, _ name: String) -> Attribute? {
    switch slot.kind {
    case .method: .method
    case .scheme: .scheme
    case .host: .host
    case .port: .port
    case .path: .path
    case .clientIP: .clientIP
    case .query: .query(name)
    case .header: .header(name)
    case .cookie: .cookie(name)
    case .sourceIP: .sourceIP
    case .sourcePort: .sourcePort
    case .sni: .sni
    case .caller: .caller
    case .claim: .claim(token: Int(slot.token ?? 0), name: name)
    case .token: .token(Int(slot.token ?? 0))
    case .callerTrustDomain, .callerNamespace, .callerAccount, .instant, .weekday, .hour, .minute, .date,
      .responseStatus, .responseHeader:
      nil
    }
  }
}
