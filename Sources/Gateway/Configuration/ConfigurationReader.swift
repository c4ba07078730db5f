/// Reads blocks by their tables and collects what is wrong; one mistake gives one message.
struct ConfigurationReader {
  private(set) var errors: [ConfigurationError] = []

  /// A block whose keys are all known.
  struct Block {
    let place: ConfigurationPlace
    fileprivate let entries: [String: ConfigurationNode]

    subscript(_ key: ConfigurationBlock) -> ConfigurationNode? { entries[key.name] }

    /// Where a key's value stands, or else the block.
    func place(of name: String) -> ConfigurationPlace { entries[name]?.place ?? place }

    /// Where a key's value stands; nil when it was left out.
    func writtenPlace(of name: String) -> ConfigurationPlace? { entries[name]?.place }
  }

  mutating func report(
    _ code: ConfigurationError.Code, _ place: ConfigurationPlace, _ message: String, remedy: String,
    unknown: ConfigurationError.UnknownWord? = nil
  ) {
    report(ConfigurationError(code: code, place: place, message: message, remedy: remedy, unknown: unknown))
  }

  mutating func report(_ error: ConfigurationError) { errors.append(error) }

  /// The entries of a block, its keys checked against the table.
  mutating func block(_ node: ConfigurationNode, _ section: ConfigurationSection) -> Block? {
    guard let entries = mapping(node, section.path) else { return nil }
    let known = section.keys.map(\.name)
    var found: [String: ConfigurationNode] = [:]
    var isMisspelt = false
    for entry in entries {
      guard known.contains(entry.key.value) else {
        let place = section.path.isEmpty ? "the file" : "`\(section.path)`"
        report(
          .unknownKey, entry.key.place, "\(place) has no key `\(entry.key.value)`",
          remedy: "it has " + known.map { "`\($0)`" }.joined(separator: ", "),
          unknown: ConfigurationError.UnknownWord(word: entry.key.value, known: known))
        isMisspelt = true
        continue
      }
      found[entry.key.value] = entry.value
    }
    // What is missing is probably what was misspelt.
    for key in section.keys where !isMisspelt && key.presence == .required && found[key.name] == nil {
      report(.missingKey, node.place, "`\(key.name)` is missing", remedy: "write `\(key.name)`: \(key.form)")
    }
    return Block(place: node.place, entries: found)
  }

  /// The entries of a block whose names are free.
  mutating func named(_ node: ConfigurationNode?, _ what: String) -> [ConfigurationNode.Entry] {
    node.flatMap { mapping($0, what) } ?? []
  }

  mutating func list(_ node: ConfigurationNode?, _ what: String) -> [ConfigurationNode] {
    guard let node else { return [] }
    guard case .list(let elements) = node.content else {
      report(.wrongShape, node.place, "`\(what)` is not a list", remedy: "begin each element with `- `")
      return []
    }
    return elements
  }

  /// The value of a key; its default where it is left out and has one.
  mutating func value<Value>(_ key: ConfigurationKey<Value>, in block: Block) -> Located<Value>? {
    guard let node = block.entries[key.name] else {
      guard case .default(let text) = key.description.presence else { return nil }
      return key.form.parse(text).map { Located($0, at: .builtIn) }
    }
    return word(node, key)
  }

  /// The values of a key that is a list; its default where it is left out and has one.
  mutating func values<Value>(_ key: ConfigurationKey<Value>, in block: Block) -> [Located<Value>] {
    guard let node = block.entries[key.name] else {
      guard case .default(let text) = key.description.presence else { return [] }
      return text.split(separator: ", ").compactMap { key.form.parse(String($0)) }.map { Located($0, at: .builtIn) }
    }
    let elements = list(node, key.name)
    var result: [Located<Value>] = []
    for element in elements {
      guard let value = word(element, key) else { continue }
      if key.shape == .choices, result.contains(where: { $0.value == value.value }) {
        report(
          .conflict, element.place, "`\(key.name)` has `\(value.value)` twice", remedy: "keep one of them")
      } else {
        result.append(value)
      }
    }
    if key.shape == .choices, elements.isEmpty, case .list = node.content {
      report(
        .badValue, node.place, "`\(key.name)` is empty",
        remedy: "name \(key.form.description), or leave the key out")
    }
    return result
  }

  /// One word in a key's form.
  mutating func word<Value>(_ node: ConfigurationNode, _ key: ConfigurationKey<Value>) -> Located<Value>? {
    guard case .word(let text) = node.content else {
      report(.wrongShape, node.place, "`\(key.name)` is not one word", remedy: "write \(key.form.description)")
      return nil
    }
    guard let value = key.form.parse(text) else {
      report(
        .badValue, node.place, "`\(key.name)` cannot be `\(text)`", remedy: "write \(key.form.description)")
      return nil
    }
    return Located(value, at: node.place)
  }

  private mutating func mapping(_ node: ConfigurationNode, _ what: String) -> [ConfigurationNode.Entry]? {
    switch node.content {
    case .mapping(let entries): return entries
    case .word(""): return []
    case .word, .list:
      let name = what.isEmpty ? "the file" : "`\(what)`"
      report(
        .wrongShape, node.place, "\(name) is not a block of keys", remedy: "write `key: value` on lines of their own")
      return nil
    }
  }
}
