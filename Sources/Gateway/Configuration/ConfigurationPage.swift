import WeirBundle
import WeirEnforcement

/// `docs/configuration.md`: the tables of the schema as a page.
public enum ConfigurationPage {
  public static var text: String {
    var page = """
      # weir.yaml

      What is true of one deployment: addresses, files, sizes, times. What requests may do is policy and lies in the bundle.

      `weir run` reads the file that `--config` names. It is checked like policy: a key that is not listed here, a value in another form
      or a file that cannot be used stops the start with file, line, column, a stable code and a remedy. Paths are relative to the folder of the file. `--bundle`, `--trust`, `--listen`, `--status` and `--workers`
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
    page += reloading
    for table in codes {
      page += "## \(table.title)\n\n| code | |\n|---|---|\n"
      page += table.codes.map { "| `\($0.code)` | \($0.about) |\n" }.joined() + "\n"
    }
    return String(page.dropLast())
  }

  /// Every code that `weir run` names, with what it is, by the tables of the page.
  public static let codes: [(title: String, codes: [(code: String, about: String)])] = [
    ("Codes", ConfigurationError.Code.allCases.map { ($0.rawValue, $0.about) }),
    ("Codes of the start, of reloads and of the log", StartCode.allCases.map { ($0.rawValue, $0.about) }),
    (
      "Codes of bundles",
      BundleError.Code.allCases.map { ($0.rawValue, $0.about) }
        + LoadError.ProgramCode.allCases.map { ($0.rawValue, $0.about) }
    ),
  ]

  private static let reloading = """
    ## Reloading

    `SIGHUP`, a bundle file that was replaced and `weir admin reload` read this file, the bundle, keys and certificates again. What was
    read is adopted together, under one lock, or what is in force stays:

    - Everything but the following is taken while requests run; times that run already end as they began. These keys wait for a
      restart, and are named with their line by the log, by `weir admin config` and `weir admin reload` (`pending`) and by
      `weir_configuration_pending{cause="restart"}`: `workers`, `memory`, `status`, `admin`, `access_log`, `resolver`, and of `listeners`
      the addresses and whether they have `tls`. They hold nothing else up.
    - With one exception: a listener that was taken out, or changed its address or between `tls` and clear text, serves on until the
      restart. A new bundle may rest on its end, so it is refused with `needs_restart` until then.
    - A file with mistakes, or one that is not there or was emptied, is refused with them (`weir_configuration_pending{cause="mistake"}`, `refused` of `weir admin config`), and
      a new bundle waits until it is mended: it may rest on what the file says. Certificates are renewed meanwhile, as the
      configuration in force names them.
    - A bundle that is refused, or that needs certificates that cannot be used, changes nothing.

    The log says what became of each, whoever asked for it, and what has changed: `bundle`, `configuration`, `trust_domains` (their roots),
    `roots` (those of services), `certificates` (or their keys), `ticket_keys` (renewed by the gateway itself).

    After a reload that did not put everything in force, a change of any file that it read is tried at once; network file systems within ten
    seconds.


    """

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

extension BundleError.Code {
  /// What it is, for the page.
  fileprivate var about: String {
    switch self {
    case .notABundle: "The file is no bundle."
    case .unsupportedVersion: "Its format is of a version that is not known."
    case .truncated: "It ends too early."
    case .malformedHeader: "A field of its header has a value that no writer gives it."
    case .contentHashMismatch: "Its bytes are not those that were hashed: it was changed or damaged."
    case .malformedSignatures: "Its signatures were changed or damaged."
    case .malformedSectionTable: "Its sections overlap, leave gaps or are not in order."
    case .unknownSection: "A section is of a kind that is not known."
    case .missingSection: "A section is not there."
    case .malformedSection: "The bytes of a section are not of its kind."
    case .tooMuchMemory: "Reading it would take more memory than a file of its size may ask for."
    case .unsupportedFeature:
      "The policy uses what this version does not carry out; each use is named with file and line."
    case .inconsistentFeatures: "Header and manifest name different features."
    case .inconsistentPolicy: "The typed policy is not the one that it was built from."
    case .unsigned: "It has no signature, and `trust` demands one."
    case .untrusted: "No signature is by a key of `trust`."
    case .badSignature: "The signature by a key of `trust` is not one of this bundle."
    case .olderGeneration: "Its generation is less than that of the one in force."
    case .cryptography: "OpenSSL could not check it."
    }
  }
}

extension LoadError.ProgramCode {
  /// What it is, for the page.
  fileprivate var about: String {
    switch self {
    case .refused: "The verifier refuses its program."
    case .inconsistent: "Its program and its topology do not fit."
    }
  }
}
