import WeirSource

/// A value as text, a line a part, places left out: for golden files, and for comparing syntax that moved.
public func dumpWithoutSpans(_ value: Any) -> String {
  var lines: [String] = []
  describe(value, label: nil, indent: 0, into: &lines)
  return lines.joined(separator: "\n") + "\n"
}

private func describe(_ value: Any, label: String?, indent: Int, into lines: inout [String]) {
  if value is SourceSpan || value is FileID { return }
  let prefix = String(repeating: "  ", count: indent) + (label.map { $0 + ": " } ?? "")
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .optional:
    if let inner = mirror.children.first {
      describe(inner.value, label: label, indent: indent, into: &lines)
    } else {
      lines.append(prefix + "-")
    }
  case .collection:
    lines.append(prefix + "[\(mirror.children.count)]")
    for child in mirror.children { describe(child.value, label: nil, indent: indent + 1, into: &lines) }
  case .enum where mirror.children.isEmpty:
    lines.append(prefix + ".\(value)")
  case .enum:
    for child in mirror.children {
      lines.append(prefix + ".\(child.label ?? "")")
      describe(child.value, label: nil, indent: indent + 1, into: &lines)
    }
  case .struct where mirror.children.isEmpty, .none:
    lines.append(prefix + String(reflecting: value))
  default:
    let parts = mirror.children.filter { !($0.value is SourceSpan) && !($0.value is FileID) }
    if parts.count == 1, let only = parts.first {
      describe(only.value, label: label ?? only.label, indent: indent, into: &lines)
    } else {
      lines.append(prefix + (mirror.displayStyle == .tuple ? "()" : "\(mirror.subjectType)"))
      for part in parts {
        let label = part.label.flatMap { $0.hasPrefix(".") ? nil : $0 }
        describe(part.value, label: label, indent: indent + 1, into: &lines)
      }
    }
  }
}
