import Yams

/// YAML as a tree of words with places. What a word means is for the key to say: `off` and `1` are words.
struct ConfigurationNode {
  enum Content {
    case word(String)
    case list([ConfigurationNode])
    /// In the order of the file.
    case mapping([Entry])
  }

  struct Entry {
    var key: Located<String>
    var value: ConfigurationNode
  }

  var content: Content
  var place: ConfigurationPlace

  /// - Returns: `nil` for a text without content.
  static func parse(_ text: String, file: String) throws(ConfigurationError) -> ConfigurationNode? {
    let node: Node?
    // A file may begin with a byte order mark (YAML 1.2 section 5.2), which the library leaves in texts.
    let mark: Unicode.Scalar = "\u{FEFF}"
    let yaml = text.unicodeScalars.first == mark ? String(text.unicodeScalars.dropFirst()) : text
    do { node = try Yams.compose(yaml: yaml) } catch { throw failure(error, file: file) }
    guard let node else { return nil }
    return try make(node, file)
  }

  private static func make(_ node: Node, _ file: String) throws(ConfigurationError) -> ConfigurationNode {
    let place = ConfigurationPlace.file(file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar): return ConfigurationNode(content: .word(scalar.string), place: place)
    case .sequence(let sequence):
      var list: [ConfigurationNode] = []
      for element in sequence { list.append(try make(element, file)) }
      return ConfigurationNode(content: .list(list), place: place)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        let name = try make(key, file)
        guard case .word(let word) = name.content else {
          throw ConfigurationError(
            code: .wrongShape, place: name.place, message: "a key is not a word", remedy: "write `key: value`")
        }
        entries.append(Entry(key: Located(word, at: name.place), value: try make(value, file)))
      }
      return ConfigurationNode(content: .mapping(entries), place: place)
    case .alias(let alias):
      throw ConfigurationError(
        code: .syntax, place: place, message: "`*\(alias.anchor.rawValue)` refers to nothing",
        remedy: "write the value out")
    }
  }

  private static func failure(_ error: any Error, file: String) -> ConfigurationError {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      return ConfigurationError(
        code: .syntax, place: .file(file, line: mark.line, column: mark.column), message: "no YAML: \(problem)",
        remedy: "indent with spaces, and quote texts that begin with a sign")
    case .duplicatedKeysInMapping(let keys, let context)?:
      return ConfigurationError(
        code: .duplicateKey, place: .file(file, line: context.mark.line, column: context.mark.column),
        message: "\(keys.map { "`\($0)`" }.joined(separator: ", ")) more than once in one block, first here",
        remedy: "keep one of them")
    case .no?, .memory?, .reader?, .writer?, .emitter?, .representer?, .dataCouldNotBeDecoded?, nil:
      return ConfigurationError(
        code: .syntax, place: .file(file, line: 1, column: 1), message: "no YAML: \(error)",
        remedy: "write UTF-8 text")
    }
  }
}
