/// E01xx: bytes and tokens.
extension Catalog {
  static let lexical: [DiagnosticKind] = [
    .unexpectedCharacter, .unterminatedString, .unknownEscape, .singleQuotes, .directionControl, .invalidEncoding,
    .controlCharacter, .byteOrderMark, .unknownUnit, .numberTooLarge, .malformedNumber, .notADate, .foreignOperator,
    .semicolon, .fileTooLarge,
  ]
}

extension DiagnosticKind {
  public static let unexpectedCharacter = DiagnosticKind(
    "E0101", "character without meaning",
    why: """
      Names are ASCII lower case, digits, `-` and `_`, so that a name in a policy is the name in the cluster, and so that
      two names that look alike are alike.
      """,
    bad: """
      module shop

      let größe = 3
      """,
    good: """
      module shop

      let size = 3
      """)

  public static let unterminatedString = DiagnosticKind(
    "E0102", "string without an end",
    why: "A string ends on its line; otherwise one forgotten quote would swallow the rules below it.",
    bad: """
      module shop

      let greeting = "hello
      """,
    good: """
      module shop

      let greeting = "hello"
      """)

  public static let unknownEscape = DiagnosticKind(
    "E0103", "unknown escape",
    why: """
      Strings know `\\"` and `\\\\` only. Hosts, paths and names need no other characters, and a policy that means a line feed
      or a NUL is more often an attack than a wish. Regular expressions, `re"..."`, have no escapes of the string: what is
      between the quotes is the expression.
      """,
    bad: """
      module shop

      let greeting = "hello\\n"
      """,
    good: """
      module shop

      let greeting = "hello"
      """)

  public static let singleQuotes = DiagnosticKind(
    "E0104", "single quotes",
    why: "There is one way to write a string: with double quotes.",
    bad: """
      module shop

      let greeting = 'hello'
      """,
    good: """
      module shop

      let greeting = "hello"
      """)

  public static let directionControl = DiagnosticKind(
    "E0105", "invisible direction control",
    why: """
      Characters that change the order in which text is shown make a rule read differently from what it does. They are
      refused everywhere, in strings and comments too.
      """,
    bad: "module shop\n\n// sizes \u{202E}\nlet size = 3",
    good: """
      module shop

      // sizes
      let size = 3
      """)

  public static let invalidEncoding = DiagnosticKind(
    "E0106", "not UTF-8",
    why: """
      Sources are UTF-8 (RFC 3629), shortest form only. A file in another encoding has to be converted: guessing it would
      change the meaning of strings. This page has no example, because its text is UTF-8 itself.
      """,
    bad: "", good: "")

  public static let controlCharacter = DiagnosticKind(
    "E0107", "control character",
    why: """
      Control characters other than tab and the end of a line cannot be seen in a review, and terminals act on them. A
      carriage return is accepted only directly before a line feed.
      """,
    bad: "module shop\n\n// sizes \u{7}\nlet size = 3",
    good: """
      module shop

      // sizes
      let size = 3
      """)

  public static let byteOrderMark = DiagnosticKind(
    "E0108", "byte order mark",
    why: """
      UTF-8 has no byte order; three invisible bytes at the beginning of a file make its digest depend on the
      editor.
      """,
    bad: "\u{FEFF}module shop\n\nlet size = 3",
    good: """
      module shop

      let size = 3
      """)

  public static let unknownUnit = DiagnosticKind(
    "E0109", "unknown unit",
    why: """
      A number and its unit are one word: durations `ns us ms s m h d`, sizes `B KiB MiB GiB`, rates `/s /min /h`. Other
      spellings are refused rather than guessed: `1M` could be a minute, a month or a mebibyte.
      """,
    bad: """
      module shop

      let pause: Duration = 10sec
      """,
    good: """
      module shop

      let pause: Duration = 10s
      """)

  public static let numberTooLarge = DiagnosticKind(
    "E0110", "number too large",
    why: "Numbers are whole and have 64 bits, durations count nanoseconds, sizes count bytes. Nothing wraps around.",
    bad: """
      module shop

      let size = 99999999999999999999
      """,
    good: """
      module shop

      let size = 9999999999999
      """)

  public static let malformedNumber = DiagnosticKind(
    "E0111", "malformed number",
    why: """
      A number is written one way: no leading zeros, no decimals but at most two in a percentage, no sign before anything
      with a unit.
      """,
    bad: """
      module shop

      let pause: Duration = 1.5s
      """,
    good: """
      module shop

      let pause: Duration = 1500ms
      """)

  public static let notADate = DiagnosticKind(
    "E0112", "no such date or time",
    why: "Dates are `2027-01-31`, times are `2026-11-21T10:00:00Z` in UTC with whole seconds, and both must exist.",
    bad: """
      module shop

      let last-day: Time = 2027-02-29T00:00:00Z
      """,
    good: """
      module shop

      let last-day: Time = 2027-02-28T00:00:00Z
      """)

  public static let foreignOperator = DiagnosticKind(
    "E0113", "operator of another language",
    why: """
      A rule reads aloud, and one meaning has one spelling: `is`, `is not`, `and`, `or`, `not`, `in 6..20`. Symbols of
      programming languages are recognised only to say so.
      """,
    bad: """
      module shop

      fn is-local(ip: IP): Bool = ip == "127.0.0.1"
      """,
    good: """
      module shop

      fn is-local(ip: IP): Bool = ip is "127.0.0.1"
      """)

  public static let semicolon = DiagnosticKind(
    "E0114", "semicolon",
    why: "Items are separated by a comma or a new line, declarations by a new line.",
    bad: """
      module shop

      let size = 3;
      """,
    good: """
      module shop

      let size = 3
      """)

  public static let fileTooLarge = DiagnosticKind(
    "E0115", "file too large",
    why: """
      One file may have 1 MiB. Policies are read by people; long lists of values belong in `data`, which is loaded beside
      the bundle and changed without compiling. This page has no example, because it would be too long.
      """,
    bad: "", good: "")
}
