import ProxyTransport

/// Whole files, read at the start and at reloads.
enum FileBytes {
  /// - Throws: what the system says; `fileTooLarge` beyond `bytesMax`.
  static func read(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
    let file = try SealedFile(copying: path, bytesMax: bytesMax)
    let bytes = file.bytes
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for index in bytes.indices { result.append(bytes[index]) }
    return result
  }
}
