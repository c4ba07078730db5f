/// The words for the days of the week, and their numbers: 1 for Monday to 7 for Sunday.
public enum Weekdays {
  public static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  public static func number(of word: String) -> Int64? { names.firstIndex(of: word).map { Int64($0 + 1) } }

  public static func name(of number: Int64) -> String? { (1...7).contains(number) ? names[Int(number) - 1] : nil }
}
