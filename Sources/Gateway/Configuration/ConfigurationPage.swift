/// `docs/configuration.md`: the tables of the schema as a page.
public enum ConfigurationPage {
  public static var text: String {
    var page = """
      # weir.yaml

      What is true of one deployment: addresses, files, sizes, times. What requests may do is policy and lies in the bundle.

      `weir run` reads the file that `--config` names. It is checked like policy: a key that is not listed here, a value in another form
      or a file that cannot be used stops the start with file, line, column, a stable code and a remedy; a reload that fails leaves
      everything as it is. Paths are relative to the folder of the file. `--bundle`, `--trust`, `--listen`, `--status` and `--workers`
      take the place of what the file says.

      ```yaml
      \(example)```

      Durations are written with `ms`, `s`, `m` or `h`, sizes with `B`, `KiB`, `MiB` or `GiB`; lists as lists, also with one element.


      """
    for section in ConfigurationSchema.sections {
      page += "## \(section.path.isEmpty ? "The file" : "`\(section.path)`")\n\n"
      if !section.path.isEmpty { page += "\(section.about)\n\n" }
      page += "| key | value | when left out | |\n|---|---|---|---|\n"
      for key in section.keys {
        page += "| `\(key.name)` | \(key.form) | \(words(key.presence)) | \(key.about) |\n"
      }
      page += "\n"
    }
    page += "## Codes\n\n| code | |\n|---|---|\n"
    for code in ConfigurationError.Code.allCases { page += "| `\(code.rawValue)` | \(code.about) |\n" }
    return page
  }

  /// A file with something of everything; a test reads it.
  public static let example = """
    bundle: policy.weirb
    trust: [release.pub]
    workers: 2
    memory: 512MiB
    listeners:
      - address: 0.0.0.0:8080
        trusted_hops: [10.0.0.0/8]
      - address: 0.0.0.0:8443
        gateway: edge
        tls:
          clients: optional
          certificates:
            - names: [shop.example, "*.shop.example"]
              chain: tls/shop.pem
              key: tls/shop.key
              fallback: true
    status: 127.0.0.1:15021
    admin: weir.sock
    access_log: access.jsonl
    trust_domains:
      shop.example:
        roots: tls/roots.pem
    upstream_certificate:
      chain: tls/edge.pem
      key: tls/edge.key
    services:
      payments:
        endpoints:
          - address: 10.0.0.7:8080
            labels: {version: v2}
    timeouts:
      keep_alive: 30s
      drain: 1m
    discovery:
      resolver: 10.0.0.2:53

    """

  private static func words(_ presence: KeyDescription.Presence) -> String {
    switch presence {
    case .required: "required"
    case .optional: ""
    case .default(let text): "`\(text)`"
    case .computed(let text): text
    }
  }
}

extension ConfigurationError.Code {
  /// What the mistake is, for the page.
  var about: String {
    switch self {
    case .unreadableFile: "The file is not there, too large, or may not be read."
    case .syntax: "The file is not YAML."
    case .duplicateKey: "A key occurs twice in one block."
    case .unknownKey: "The block has no such key."
    case .missingKey: "A required key is not there."
    case .wrongShape: "A word, a list or a block stands where another of them belongs."
    case .badValue: "The value is not in the form of its key, or beyond its limits."
    case .conflict: "Two values cannot both hold."
    case .notSupported: "Known, and not carried out by this version."
    case .notInBundle: "The policy in the bundle declares nothing of this name."
    }
  }
}
