/// What is said about a key to people.
struct KeyDescription: Sendable {
  enum Presence: Sendable, Equatable {
    case required, optional
    /// Taken when the key is left out; as it would be written.
    case `default`(String)
    /// As `default`, found at the start.
    case computed(String)
  }

  let name: String
  /// The form of the value.
  let form: String
  let presence: Presence
  let about: String
}

/// A key whose value is one word, or a list of such words.
struct ConfigurationKey<Value: Sendable>: Sendable {
  enum Shape: Sendable {
    case word, list
    /// A list that has something, and nothing twice.
    case choices
  }

  let description: KeyDescription
  let form: ConfigurationForm<Value>
  let shape: Shape

  var name: String { description.name }

  init(
    _ name: String, _ form: ConfigurationForm<Value>, _ presence: KeyDescription.Presence, shape: Shape = .word,
    _ about: String
  ) {
    self.form = form
    self.shape = shape
    let prefix =
      switch shape {
      case .word: ""
      case .list: "a list, each "
      case .choices: "a list of one or more, each once: "
      }
    description = KeyDescription(
      name: name, form: prefix + form.description, presence: presence, about: about)
  }
}

/// A key whose value is a block, a list of blocks, or blocks by name.
struct ConfigurationBlock: Sendable {
  let description: KeyDescription

  var name: String { description.name }

  init(_ name: String, _ form: String, _ presence: KeyDescription.Presence, _ about: String) {
    description = KeyDescription(name: name, form: form, presence: presence, about: about)
  }
}

/// The keys of one block.
struct ConfigurationSection: Sendable {
  /// Where it stands: `listeners[].tls`; empty for the file.
  let path: String
  let about: String
  let keys: [KeyDescription]
}
