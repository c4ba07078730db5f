/// The modules `std.*`, embedded so that the compiler needs no configuration and no files beside it.
public enum StandardLibrary {
  /// Each file's display path and UTF-8 text.
  public static let files: [(path: String, text: [UInt8])] = [
    ("std/http.weir", PackageResources.http_weir),
    ("std/net.weir", PackageResources.net_weir),
  ]
}
