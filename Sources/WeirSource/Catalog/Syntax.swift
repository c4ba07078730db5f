/// E02xx: what may follow what.
extension Catalog {
  static let syntax: [DiagnosticKind] = [
    .unexpected, .unknownWord, .reservedWord, .upperCaseName, .mixedAndOr, .missingCondition, .misplacedElse,
    .missingModule, .outOfOrder, .missingSeparator, .unclosedBrace, .nestingTooDeep, .backwardsRange,
  ]
}

extension DiagnosticKind {
  public static let unexpected = DiagnosticKind(
    "E0201", "something else expected",
    why: "What stands here cannot follow what was read; the message says what can.",
    bad: """
      module shop

      let size: 3
      """,
    good: """
      module shop

      let size: Int = 3
      """)

  public static let unknownWord = DiagnosticKind(
    "E0202", "unknown word",
    why: """
      Each block has its own words and no others: a word that is accepted and does nothing would be a hole in the policy.
      """,
    bad: """
      module shop

      mesh shop {
        trust-domain "shop.example"
      }
      """,
    good: """
      module shop

      mesh shop {
        trust_domain "shop.example"
      }
      """)

  public static let reservedWord = DiagnosticKind(
    "E0203", "reserved word",
    why: """
      The words of rules (`allow deny audit shadow route mount otherwise when always and or not is in has matches under any
      all else`) and the values `true` and `false` name nothing, so that a rule can be read without knowing what the names
      around it stand for.
      """,
    bad: """
      module shop

      let any = 3
      """,
    good: """
      module shop

      let any-size = 3
      """)

  public static let upperCaseName = DiagnosticKind(
    "E0204", "upper-case letter in a name",
    why: """
      Names are lower case, as the names of services in clusters are; upper case marks types, methods and weekdays.
      """,
    bad: """
      module shop

      let maxSize = 3
      """,
    good: """
      module shop

      let max-size = 3
      """)

  public static let mixedAndOr = DiagnosticKind(
    "E0205", "`and` mixed with `or`",
    why: """
      People disagree about which binds stronger, and a reader of a policy should not have to know. Parentheses say it.
      """,
    bad: """
      module shop

      fn open(ip: IP, method: Method): Bool = ip is "10.0.0.1" or ip is "10.0.0.2" and method is GET
      """,
    good: """
      module shop

      fn open(ip: IP, method: Method): Bool = (ip is "10.0.0.1" or ip is "10.0.0.2") and method is GET
      """)

  public static let missingCondition = DiagnosticKind(
    "E0206", "rule without a condition",
    why: """
      Every rule and every route ends in `when …` or `always`. A rule that holds for everybody says so: nothing is said by
      omission.
      """,
    bad: """
      module shop

      mesh shop { trust_domain "shop.example" }

      authz shop for http {
        allow everybody
      }
      """,
    good: """
      module shop

      mesh shop { trust_domain "shop.example" }

      authz shop for http {
        allow everybody always
      }
      """)

  public static let misplacedElse = DiagnosticKind(
    "E0207", "`else` without a test",
    why: """
      `else true` and `else false` give the value of one test when its attribute is absent. They follow a test such as
      `a is b`, not a parenthesis and not an attribute alone.
      """,
    bad: """
      module shop

      fn local(ip: IP): Bool = (ip is "127.0.0.1") else false
      """,
    good: """
      module shop

      fn local(ip: IP): Bool = ip is "127.0.0.1"
      """)

  public static let missingModule = DiagnosticKind(
    "E0208", "file without a module",
    why: """
      Ownership goes by module, so each file says which one it belongs to. The `module` line counts, not the folder.
      """,
    bad: """
      let size = 3
      """,
    good: """
      module shop

      let size = 3
      """)

  public static let outOfOrder = DiagnosticKind(
    "E0209", "lines out of order",
    why: """
      A file begins with its `module` line, then come the imports, then the declarations: a reader sees first what
      is used.
      """,
    bad: """
      module shop

      let size = 3

      import std.http
      """,
    good: """
      module shop

      import std.http

      let size = 3
      """)

  public static let missingSeparator = DiagnosticKind(
    "E0210", "missing separator",
    why: "Items of a block are separated by a comma or a new line, declarations by a new line.",
    bad: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway" hosts { "shop.example" } }
      """,
    good: """
      module shop

      gateway edge { identity "spiffe://shop.example/ns/edge/sa/gateway", hosts { "shop.example" } }
      """)

  public static let unclosedBrace = DiagnosticKind(
    "E0211", "brace never closed",
    why: """
      Every `{` has its `}`. Where a declaration begins at the margin inside an open brace, the brace before it was
      forgotten.
      """,
    bad: """
      module shop

      mesh shop {
        trust_domain "shop.example"

      let size = 3
      """,
    good: """
      module shop

      mesh shop {
        trust_domain "shop.example"
      }

      let size = 3
      """)

  public static let nestingTooDeep = DiagnosticKind(
    "E0212", "nested too deep",
    why: """
      Braces, parentheses and `not` nest at most 64 deep. Conditions that need more can be cut into functions, and no source
      can exhaust the compiler.
      """,
    bad: "module shop\n\nfn deep(ip: IP): Bool = " + String(repeating: "(", count: 65) + "ip is \"127.0.0.1\""
      + String(repeating: ")", count: 65),
    good: """
      module shop

      fn flat(ip: IP): Bool = ip is "127.0.0.1"
      """)

  public static let backwardsRange = DiagnosticKind(
    "E0213", "range that ends before it begins",
    why: """
      A range includes both ends. One that runs backwards would include nothing, and a rule with it would never
      hold.
      """,
    bad: """
      module shop

      fn by-day(hour: Int): Bool = hour in 20..6
      """,
    good: """
      module shop

      fn by-day(hour: Int): Bool = hour in 6..20
      """)
}
