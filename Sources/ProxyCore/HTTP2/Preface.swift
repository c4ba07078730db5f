/// Whether bytes begin with the preface of HTTP/2 (RFC 9113, 3.4).
enum PrefaceMatch { case whole, part, other }

func findPreface(_ bytes: Span<UInt8>) -> PrefaceMatch {
  let preface: InlineArray<24, UInt8> = [
    0x50, 0x52, 0x49, 0x20, 0x2A, 0x20, 0x48, 0x54, 0x54, 0x50, 0x2F, 0x32, 0x2E, 0x30, 0x0D, 0x0A, 0x0D, 0x0A, 0x53,
    0x4D, 0x0D, 0x0A, 0x0D, 0x0A,
  ]
  for index in 0..<min(bytes.count, preface.count) where bytes[index] != preface[index] { return .other }
  return bytes.count < preface.count ? .part : .whole
}
