import ProxyCore
import ProxyTransport
import WeirPolicy

extension Configuration {
  /// A larger file is not one that somebody wrote.
  public static let fileBytesMax = 1 << 20

  /// The configuration without a file.
  public init() {
    systemRoots = Located("/etc/ssl/certs/ca-certificates.crt", at: .builtIn)
    var reader = ConfigurationReader()
    let nothing = ConfigurationNode(content: .mapping([]), place: .builtIn)
    if let block = reader.block(nothing, ConfigurationSchema.Root.section) { read(block, &reader, folder: "") }
  }

  /// Reads and checks a file.
  ///
  /// - Parameter file: its path; paths in it are relative to its folder.
  /// - Throws: everything that is wrong with it.
  public static func read(file: String) throws(ConfigurationErrors) -> Configuration {
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try FileBytes.read(file, bytesMax: fileBytesMax) } catch {
      let place = ConfigurationPlace.file(file, line: 1, column: 1)
      throw ConfigurationErrors(errors: [
        ConfigurationError(
          code: .unreadableFile, place: place, message: "cannot be read: \(error)",
          remedy: "name a file of at most \(sizeText(fileBytesMax)) that this user may read")
      ])
    }
    return try read(String(decoding: bytes, as: UTF8.self), file: file)
  }

  /// Reads and checks a text, as if it were the file of this path.
  public static func read(_ text: String, file: String) throws(ConfigurationErrors) -> Configuration {
    let node: ConfigurationNode?
    do throws(ConfigurationError) { node = try ConfigurationNode.parse(text, file: file) } catch {
      throw ConfigurationErrors(errors: [error])
    }
    var configuration = Configuration()
    configuration.file = file
    var reader = ConfigurationReader()
    if let node, let block = reader.block(node, ConfigurationSchema.Root.section) {
      configuration.read(block, &reader, folder: folder(of: file))
    }
    guard reader.errors.isEmpty else {
      throw ConfigurationErrors(errors: reader.errors.sorted { $0.place.position < $1.place.position })
    }
    return configuration
  }

  private mutating func read(_ block: ConfigurationReader.Block, _ reader: inout ConfigurationReader, folder: String) {
    typealias Root = ConfigurationSchema.Root
    for key in Root.section.keys { places[key.name] = block.writtenPlace(of: key.name) }
    bundle = reader.value(Root.bundle, in: block)?.inFolder(folder)
    trust = reader.values(Root.trust, in: block).map { $0.inFolder(folder) }
    workerCount = reader.value(Root.workers, in: block)?.value
    memoryBytesMax = reader.value(Root.memory, in: block)?.value
    if let value = reader.value(Root.status, in: block) { status = value.value }
    if let value = reader.value(Root.admin, in: block) { admin = value.value.map { joined(folder, $0) } }
    if let value = reader.value(Root.accessLog, in: block)?.value {
      if case .file(let path) = value { accessLog = .file(joined(folder, path)) } else { accessLog = value }
    }
    if let value = reader.value(Root.systemRoots, in: block) { systemRoots = value.inFolder(folder) }
    for node in reader.list(block[Root.listeners], Root.listeners.name) {
      if let listener = Self.listener(node, &reader, folder) { listeners.append(listener) }
    }
    for error in repeatedAddresses { reader.report(error) }
    for entry in reader.named(block[Root.trustDomains], Root.trustDomains.name) {
      let name = entry.key.value
      if !SPIFFE.isTrustDomain(name) {
        let folded = name.lowercased()
        reader.report(
          .badValue, entry.key.place, "`\(name)` is no trust domain",
          remedy: "a trust domain has lower case letters, digits, `.`, `-` and `_`"
            + (SPIFFE.isTrustDomain(folded) ? ": write `\(folded)`" : ""))
      }
      guard let inner = reader.block(entry.value, ConfigurationSchema.TrustDomain.section),
        let roots = reader.value(ConfigurationSchema.TrustDomain.roots, in: inner)
      else { continue }
      trustDomains.append(TrustDomain(name: entry.key, roots: roots.inFolder(folder)))
    }
    if let node = block[Root.upstreamCertificate],
      let inner = reader.block(node, ConfigurationSchema.UpstreamCertificate.section),
      let chain = reader.value(ConfigurationSchema.UpstreamCertificate.chain, in: inner),
      let key = reader.value(ConfigurationSchema.UpstreamCertificate.key, in: inner)
    {
      upstreamCertificate = CertificateFiles(chain: chain.inFolder(folder), key: key.inFolder(folder))
    }
    for entry in reader.named(block[Root.services], Root.services.name) {
      if let endpoints = Self.endpoints(entry.value, &reader) {
        services.append(ServiceOverride(name: entry.key, endpoints: endpoints))
      }
    }
    readTimeouts(block[Root.timeouts], block.place, &reader)
    if let node = block[Root.discovery], let inner = reader.block(node, ConfigurationSchema.Discovery.section) {
      resolver = reader.value(ConfigurationSchema.Discovery.resolver, in: inner)?.value
      places["discovery.resolver"] = inner.writtenPlace(of: ConfigurationSchema.Discovery.resolver.name)
    }
  }

  private mutating func readTimeouts(
    _ node: ConfigurationNode?, _ place: ConfigurationPlace, _ reader: inout ConfigurationReader
  ) {
    typealias Timeouts = ConfigurationSchema.Timeouts
    let node = node ?? ConfigurationNode(content: .mapping([]), place: place)
    guard let block = reader.block(node, Timeouts.section) else { return }
    func set(_ key: ConfigurationKey<Interval>, _ interval: inout Interval) {
      if let value = reader.value(key, in: block) { interval = value.value }
    }
    set(Timeouts.handshake, &clocks.handshake)
    set(Timeouts.head, &clocks.head)
    set(Timeouts.bodyIdle, &clocks.bodyIdle)
    set(Timeouts.bodyGrace, &clocks.bodyGrace)
    set(Timeouts.unread, &clocks.unread)
    set(Timeouts.keepAlive, &clocks.keepAlive)
    set(Timeouts.connect, &clocks.connect)
    set(Timeouts.responseIdle, &clocks.responseIdle)
    set(Timeouts.pooled, &clocks.pooled)
    set(Timeouts.linger, &clocks.linger)
    set(Timeouts.drainDelay, &drainDelay)
    set(Timeouts.drain, &drain)
    if drainDelay > drain {
      reader.report(
        .conflict, block.place(of: Timeouts.drainDelay.name), "`drain_delay` is longer than `drain`, which includes it",
        remedy: "write a `drain` of more than \(durationText(drainDelay))")
    }
  }
}

extension ConfigurationPlace {
  /// The order of the file.
  fileprivate var position: (Int, Int) {
    switch self {
    case .file(_, let line, let column): (line, column)
    case .document, .commandLine, .builtIn: (0, 0)
    }
  }
}

extension Located<String> {
  /// The path seen from the working folder.
  func inFolder(_ folder: String) -> Located { Located(joined(folder, value), at: place) }
}

/// The folder that a file lies in: empty, or with its final slash.
func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

/// A path that was written relative to a folder; absolute ones stay.
func joined(_ folder: String, _ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
