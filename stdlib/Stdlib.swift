/// The modules `std.*`, embedded so that the compiler needs no configuration and no files beside it.
public enum StandardLibrary {
  /// Each file's display path and UTF-8 text.
  public static let files: [(path: String, text: [UInt8])] = [
    ("std/http-headers.weir", PackageResources.http_headers_weir),
    ("std/http.weir", PackageResources.http_weir),
    ("std/net.weir", PackageResources.net_weir),
    ("std/probes.weir", PackageResources.probes_weir),
    ("std/retry.weir", PackageResources.retry_weir),
    ("std/unwanted.weir", PackageResources.unwanted_weir),
  ]
}
