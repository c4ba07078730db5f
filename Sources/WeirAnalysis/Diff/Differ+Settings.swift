import WeirPolicy

/// A declaration that says something else, is new or is gone.
public struct DiffSetting: Sendable {
  /// `service payments`, `jwt staff`, `limit per-caller for payments`
  public let subject: String
  /// `file:line` on each side that has it.
  public let oldPlace: String?
  public let newPlace: String?
  public let changes: [SettingChange]
  /// Whether it can let something pass that was stopped before, as far as is known without looking at requests.
  public let mayWiden: Bool
}

extension Differ {
  func settings() -> [DiffSetting] {
    let old = pair.old.declarations
    let new = pair.new.declarations
    let subjects = new.map(\.subject) + old.map(\.subject).filter { subject in !new.contains { $0.subject == subject } }
    return subjects.compactMap { subject in
      let left = old.first { $0.subject == subject }
      let right = new.first { $0.subject == subject }
      // What is new or gone is told in full by its name; what it decides is told by requests.
      guard let left, let right else {
        return DiffSetting(
          subject: subject, oldPlace: left?.place, newPlace: right?.place, changes: [],
          mayWiden: right == nil && left?.isRestriction ?? false)
      }
      let changes = left.settings.changes(to: right.settings)
      guard !changes.isEmpty else { return nil }
      return DiffSetting(
        subject: subject, oldPlace: left.place, newPlace: right.place, changes: changes,
        mayWiden: right.mayWiden(changes, left))
    }
  }
}

/// A declaration apart from its rules and routes.
struct DeclarationSettings {
  let subject: String
  let place: String
  let settings: [Setting]
  /// Names of settings whose every change may let something pass that was stopped.
  var guarding: Set<String> = []
  /// Names of numbers that let more pass when they grow.
  var growing: [String: Int64] = [:]
  /// Whether it only ever stops something.
  var isRestriction = false

  func mayWiden(_ changes: [SettingChange], _ old: DeclarationSettings) -> Bool {
    changes.contains { change in
      if let new = growing[change.name], let old = old.growing[change.name] { return new > old }
      return guarding.contains(change.name) || guarding.contains(String(change.name.prefix { $0 != " " }))
    }
  }
}

extension PolicyPair.Side {
  var declarations: [DeclarationSettings] {
    let text = SettingText(policy: shared)
    var result: [DeclarationSettings] = []
    if let mesh = shared.mesh {
      result.append(
        DeclarationSettings(
          subject: "mesh \(mesh.name)", place: place(mesh.position), settings: text.settings(of: mesh),
          guarding: ["trust domain", "paths"]))
    }
    for service in shared.services {
      // Who calls, and who decides, is more than requests of this place show.
      result.append(
        DeclarationSettings(
          subject: "service \(service.name)", place: place(service.position), settings: text.settings(of: service),
          guarding: ["enforced by", "tls", "external", "paths", "trailing slash"]))
    }
    for gateway in shared.gateways {
      result.append(
        DeclarationSettings(
          subject: "gateway \(gateway.name)", place: place(gateway.position), settings: text.settings(of: gateway),
          guarding: ["identity"]))
    }
    for issuer in original.tokens {
      result.append(
        DeclarationSettings(
          subject: "jwt \(issuer.name)", place: place(issuer.position), settings: text.settings(of: issuer),
          guarding: ["issuer", "audiences", "keys", "algorithms", "claim"]))
    }
    for set in original.dataSets {
      result.append(
        DeclarationSettings(
          subject: "data \(set.module).\(set.name)", place: place(set.position), settings: text.settings(of: set),
          guarding: ["members"], growing: ["stale": set.staleNanoseconds, "max": Int64(set.membersMax)]))
    }
    for limit in shared.limits {
      let perDay = limit.count.multipliedReportingOverflow(by: 86_400_000_000_000)
      let rate = perDay.overflow ? .max : perDay.partialValue / max(limit.perNanoseconds, 1)
      let port = limit.port.map { " port \(shared.services[limit.service].ports[$0].name)" } ?? ""
      result.append(
        DeclarationSettings(
          subject: "limit \(limit.name) for \(shared.services[limit.service].name)\(port)",
          place: place(limit.position), settings: text.settings(of: limit), guarding: ["by"],
          growing: ["rate": rate, "burst": limit.burst], isRestriction: true))
    }
    return result
  }
}
