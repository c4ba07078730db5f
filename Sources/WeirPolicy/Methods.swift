/// The methods that are written as bare words, all others in quotes: RFC 9110 section 9.3 and RFC 5789.
public enum Methods {
  public static let names = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]
}
