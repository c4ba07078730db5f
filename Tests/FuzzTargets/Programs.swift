import WeirCodegen
import WeirISA
import WeirPolicy
import WeirVM

/// Patches a valid program as the bytes say, four bytes a patch: section, place (two bytes), value.
///
/// A first byte of 240 or more asks for growth instead: section, element, how often it is repeated, times two to the power of
/// the first byte less 240. One of 120 or more patches the section as a bundle holds it, in packed words, at last.
/// What the verifier accepts has to run to its end, and whatever it is, looking at it must not take long.
func checkVerifier(_ bytes: [UInt8]) -> String? {
  guard var image = FuzzPolicy.image else { return "the policy was not compiled" }
  for patch in stride(from: 0, to: bytes.count - 3, by: 4) where !isPacked(bytes[patch]) {
    guard bytes[patch] < 240 else {
      let copies = (Int(bytes[patch + 3]) + 1) << Int(bytes[patch] - 240)
      grow(&image, section: Int(bytes[patch + 1]), element: Int(bytes[patch + 2]), copies: copies)
      continue
    }
    let section = Int(bytes[patch]) % image.sections.count
    let count = image.sections[section].bytes.count
    guard count > 0 else { continue }
    image.sections[section].bytes[(Int(bytes[patch + 1]) << 8 | Int(bytes[patch + 2])) % count] = bytes[patch + 3]
  }
  var sections = image.sections.map { UnverifiedProgram.Section(kind: $0.kind, bytes: $0.bytes[...]) }
  for patch in stride(from: 0, to: bytes.count - 3, by: 4) where isPacked(bytes[patch]) {
    let section = Int(bytes[patch]) % sections.count
    guard sections[section].kind.storage == .packed else { continue }
    if !sections[section].isPacked { sections[section] = packed(sections[section]) }
    let count = sections[section].bytes.count
    sections[section].bytes[(Int(bytes[patch + 1]) << 8 | Int(bytes[patch + 2])) % count] = bytes[patch + 3]
  }
  guard let program = try? verify(UnverifiedProgram(sections)) else { return nil }
  // A patch of a graph makes it another graph: what it decides is for signatures to vouch for.
  return run(program, bytes, isCompiled: false)
}

private func isPacked(_ first: UInt8) -> Bool { 120..<240 ~= first }

private func packed(_ section: UnverifiedProgram.Section) -> UnverifiedProgram.Section {
  let bytes = Array(section.bytes)
  let words = stride(from: 0, to: bytes.count, by: 4).map { UInt32(truncatingIfNeeded: word(bytes, at: $0)) }
  return UnverifiedProgram.Section(kind: section.kind, bytes: PackedWords.pack(words)[...], isPacked: true)
}

/// Repeats an element of a section, as far as the section stays small, and lets its owner own the copies as well.
private func grow(_ image: inout ProgramImage, section: Int, element: Int, copies: Int) {
  let section = section % image.sections.count
  let kind = image.sections[section].kind
  let old = image.sections[section].bytes
  let elementBytes = kind.elementBytes
  let elements = old.count / elementBytes
  let copies = min(copies, (grownBytesMax - old.count) / elementBytes)
  guard elements > 0, copies > 0 else { return }
  let place = element % elements
  let copied = Array(old[(place * elementBytes)..<((place + 1) * elementBytes)])
  var new = Array(old[..<((place + 1) * elementBytes)])
  for _ in 0..<copies { new += copied }
  new += old[((place + 1) * elementBytes)...]
  image.sections[section].bytes = new
  for owner in owners(of: kind) { extend(&image, owner, from: place, by: copies) }
}

private let grownBytesMax = 1 << 16

/// Records that own a run of elements: the words that say where it begins and how long it is.
private struct Owner {
  var kind: SectionKind
  /// `nil` where runs follow each other.
  var first: Int?
  var count: Int
}

private func owners(of kind: SectionKind) -> [Owner] {
  switch kind {
  case .bytes: [Owner(kind: .strings, first: nil, count: 0)]
  case .code: [Owner(kind: .conditions, first: nil, count: 0)]
  case .rangeBounds: [Owner(kind: .rangeSets, first: 0, count: 1)]
  case .networkBounds: [Owner(kind: .networkSets, first: 0, count: 1)]
  case .hashMembers: [Owner(kind: .hashSets, first: nil, count: 2)]
  case .segments: [Owner(kind: .patterns, first: 1, count: 2)]
  case .groupMembers: [Owner(kind: .patternGroups, first: 1, count: 2)]
  case .rules: [Owner(kind: .scopes, first: 2, count: 3)]
  case .scopeSlots: [Owner(kind: .scopes, first: 7, count: 8)]
  case .costs: [Owner(kind: .scopes, first: 11, count: 12)]
  default: []
  }
}

/// Lets the owner of an element own the copies that follow it, and those after it begin later.
private func extend(_ image: inout ProgramImage, _ owner: Owner, from place: Int, by copies: Int) {
  guard let section = image.sections.firstIndex(where: { $0.kind == owner.kind }) else { return }
  let size = owner.kind.elementBytes
  var end = 0
  for record in 0..<(image.sections[section].bytes.count / size) {
    let first = owner.first.map { record * size + 4 * $0 }
    let count = record * size + 4 * owner.count
    let start = first.map { word(image.sections[section].bytes, at: $0) } ?? end
    let length = word(image.sections[section].bytes, at: count)
    end = start + length
    if start > place {
      if let first { write(start + copies, to: &image.sections[section].bytes, at: first) }
    } else if place - start < length {
      write(length + copies, to: &image.sections[section].bytes, at: count)
    }
  }
}

private func word(_ bytes: [UInt8], at place: Int) -> Int {
  (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
}

private func write(_ word: Int, to bytes: inout [UInt8], at place: Int) {
  for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
}

/// Runs a program over requests that the bytes make up.
func checkMachine(_ bytes: [UInt8]) -> String? {
  guard let image = FuzzPolicy.image else { return "the policy was not compiled" }
  do {
    return run(try verify(UnverifiedProgram(image)), bytes, isCompiled: true)
  } catch {
    return "a compiled program was refused: \(error)"
  }
}

/// Decides every scope in every way; those of a compiled program have to agree, and explanations with them.
private func run(_ program: borrowing VerifiedProgram, _ bytes: [UInt8], isCompiled: Bool) -> String? {
  var frame = Frame(for: program)
  var matches = MatchSet(for: program)
  var input = FuzzInput(bytes: bytes)
  for slot in 0..<program.slotCount {
    let value = input.value(&frame, depth: 0)
    frame.set(slot, to: value)
  }
  let data = DataSets([[Array("a".utf8), Array(bytes.prefix(3))], nil])
  for kind in ScopeKind.allCases {
    var number = 0
    while let scope = program.scope(kind, number) {
      number += 1
      let decision = program.decide(scope, &frame, data, by: .sequence)
      let route = program.route(scope, &frame, data, by: .sequence)
      for strategy in ScopeStrategy.allCases {
        let other = program.decide(scope, &frame, data, by: strategy)
        program.match(scope, &frame, data, by: strategy, into: &matches)
        let matched = program.decision(scope, matches, enforcingShadows: false)
        let otherRoute = program.route(scope, &frame, data, by: strategy)
        guard isCompiled else { continue }
        guard decision == other, decision == matched, route == otherRoute else {
          return "scope \(scope.index): \(strategy) disagrees with rule after rule"
        }
      }
      for rule in 0..<program.ruleCount(of: scope) {
        let truth = program.explanation(of: rule, in: scope, &frame, data).truth
        guard !isCompiled || truth == matches[rule] else {
          return "scope \(scope.index), rule \(rule): explanation and match disagree"
        }
      }
    }
  }
  return program.disassembly().isEmpty ? "no text for a program" : nil
}

/// Values from bytes, of any type, whatever the slot wants.
private struct FuzzInput {
  let bytes: [UInt8]
  var place = 0

  mutating func next() -> UInt8 {
    guard place < bytes.count else { return 0 }
    place += 1
    return bytes[place - 1]
  }

  mutating func value(_ frame: inout Frame, depth: Int) -> SlotValue {
    switch next() % 6 {
    case 0: return .unavailable
    case 1: return .absent
    case 2: return .integer(Int64(Int8(bitPattern: next())))
    case 3: return .address(Address(high: 0, low: 0xFFFF_0000_0000 | UInt64(next()) << 24 | UInt64(next())))
    case 4 where depth == 0:
      var members: [SlotValue] = []
      for _ in 0..<(next() % 4) { members.append(value(&frame, depth: 1)) }
      return frame.appendList(members.span)
    default:
      let count = min(Int(next() % 32), bytes.count - place)
      let text = Array(bytes[place..<(place + count)])
      place += count
      return frame.append(text)
    }
  }
}

/// A policy with every kind of test.
private enum FuzzPolicy {
  static let position = Position(file: 0, line: 1, column: 1)
  static let pattern = SegmentPattern(
    prefix: "", segments: [.literal("a"), .capture("x")], rest: .any(name: "r"), text: "")
  static let capture = Attribute.capture(
    name: "x",
    [
      CaptureBinding(source: .path, pattern: pattern, piece: .segment(1)),
      CaptureBinding(source: .caller, pattern: pattern, piece: .rest),
    ])
  static let tests: [(Attribute, Test.Quantifier?, Predicate)] = [
    (.path, nil, .isPresent), (.method, nil, .equals(.string("GET"))), (.port, nil, .equals(.int(1))),
    (.sourceIP, nil, .equals(.ip(IPAddress(ipv4: 1)))),
    (.caller, nil, .isIn([.string("a"), .string("b"), .string("c")])),
    (.port, nil, .isInRanges([1...3, 7...9])),
    (.sourceIP, nil, .isInNetworks([Network(base: IPAddress(ipv4: 0x0A00_0000), prefixLength: 104)])),
    (.path, nil, .isUnder("/a")), (.path, nil, .matches(pattern)),
    (.caller, nil, .matchesAny(patterns: [pattern], values: [.string("a")])),
    (.path, nil, .matchesRegex("/[a-z]+(/b)?")), (capture, nil, .equalsAttribute(.method)),
    (capture, nil, .isInAttribute(.claim(token: 0, name: "aud"))), (.caller, nil, .isInData(0)),
    (.caller, nil, .isInData(1)),
    (.claim(token: 0, name: "aud"), nil, .has(.string("a"))),
    (.claim(token: 0, name: "aud"), nil, .hasAttribute(capture)),
    (.header("x"), .any, .equals(.string("a"))), (.header("x"), .all, .isIn([.string("a"), .string("")])),
    (.header("x"), .any, .isInAttribute(.claim(token: 0, name: "aud"))),
    (.time(.hour, zone: nil), nil, .isInRanges([6...20])),
  ]

  /// Compiled once: what is fuzzed is what reads it.
  static let image = try? generate(policy)

  private static let policy: Policy = {
    var policy = Policy()
    policy.files = ["fuzz.weir"]
    policy.tokens = [
      TokenIssuer(
        name: "t", module: "m", issuer: "i", audiences: [], keys: .file("k"), algorithms: [.EdDSA], claims: [],
        position: position)
    ]
    for name in ["here", "missing"] {
      policy.dataSets.append(
        DataSet(name: name, module: "m", member: .identity, membersMax: 9, staleNanoseconds: 1, position: position))
    }
    let conditions = tests.enumerated().map { index, test in
      Condition.test(
        Test(
          attribute: test.0, quantifier: test.1, predicate: test.2, isNegated: index % 3 == 1,
          whenAbsent: index % 4 == 1,
          position: position))
    }
    policy.authz = [
      AuthzScope(
        target: .gateway(0), tokens: [0], pathView: .exact,
        rules: conditions.indices.map { index in
          let condition: Condition =
            index % 2 == 0
            ? .and([conditions[index], .not(conditions[(index + 5) % conditions.count])])
            : .or([conditions[index], .and([conditions[(index + 3) % conditions.count], conditions[index / 2]])])
          return Rule(
            name: "r\(index)", effect: Rule.Effect.allCases[index % 3], isShadow: index % 5 == 0, condition: condition,
            until: nil, module: "m", annotations: Annotations(), documentation: "", position: position)
        }, singleReads: [], position: position)
    ]
    policy.routeTables = [
      RouteTable(
        owner: .hosts([HostPattern(isWildcard: false, name: "h")]), tokens: [0], pathView: .exact,
        routes: (conditions + [.constant(true)]).map {
          Route(
            name: "r", mount: nil, condition: $0, action: RouteAction(kind: .respond(status: 200, body: nil)),
            annotations: Annotations(), documentation: "", module: "m", position: position)
        }, singleReads: [], module: "m", position: position)
    ]
    policy.retries = conditions.map {
      Retry(
        name: "r", tries: 2, causes: [], condition: $0, perTryTimeoutNanoseconds: nil, backoffMinNanoseconds: 0,
        backoffMaxNanoseconds: 0, budget: 0, evenUnsafe: false, idempotencyHeader: nil, position: position)
    }
    return policy
  }()
}
