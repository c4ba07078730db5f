import Foundation

/// Lines of a file or of standard input, as bytes, in bounded memory.
struct LineReader {
  enum Line {
    case bytes([UInt8])
    /// Longer than `lineBytesMax`; its bytes were skipped.
    case tooLong
  }

  /// A request with a full data set of a hundred thousand identities fits.
  static let lineBytesMax = 16 << 20
  private static let chunkBytes = 1 << 16

  private let path: String
  private let handle: FileHandle
  /// Of a file a whole chunk is read, of a pipe or a terminal what is there: whoever asks line by line gets answers line by line.
  private let isFile: Bool
  private var chunk: [UInt8] = []
  private var index = 0
  private var isAtEnd = false

  /// - Parameter path: `-` for standard input.
  init(path: String) throws(Failure) {
    self.path = path
    if path == "-" {
      handle = .standardInput
    } else {
      guard let handle = FileHandle(forReadingAtPath: path) else { throw Failure("\(path): cannot be opened") }
      self.handle = handle
    }
    isFile = (try? handle.offset()) != nil
  }

  /// Whether the next line has to be waited for.
  var isDrained: Bool { index == chunk.count }

  /// The next line without its line feed; `nil` at the end. Complexity: O(bytes of the line).
  mutating func next() throws(Failure) -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    var hasBytes = false
    while true {
      if index == chunk.count {
        guard try fill() else {
          guard hasBytes else { return nil }
          return isTooLong ? .tooLong : .bytes(line)
        }
      }
      hasBytes = true
      let end = chunk[index...].firstIndex(of: UInt8(ascii: "\n"))
      if isTooLong || line.count + (end ?? chunk.count) - index > Self.lineBytesMax {
        isTooLong = true
        line = []
      } else {
        line.append(contentsOf: chunk[index..<(end ?? chunk.count)])
      }
      guard let end else {
        index = chunk.count
        continue
      }
      index = end + 1
      return isTooLong ? .tooLong : .bytes(line)
    }
  }

  /// Whether there are bytes again.
  private mutating func fill() throws(Failure) -> Bool {
    guard !isAtEnd else { return false }
    do {
      chunk = Array(isFile ? try handle.read(upToCount: Self.chunkBytes) ?? Data() : handle.availableData)
    } catch { throw Failure("\(path): cannot be read") }
    index = 0
    isAtEnd = chunk.isEmpty
    return !isAtEnd
  }
}
