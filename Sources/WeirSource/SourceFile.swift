/// Names one file of a compilation: its place in the `SourceSet`.
public struct FileID: Hashable, Comparable, Sendable {
  public let index: Int

  public init(_ index: Int) { self.index = index }

  public static func < (left: FileID, right: FileID) -> Bool { left.index < right.index }
}

/// A half-open range of UTF-8 bytes in one file.
public struct SourceSpan: Hashable, Sendable {
  public let file: FileID
  public let start: Int
  public let end: Int

  public init(file: FileID, start: Int, end: Int) {
    self.file = file
    self.start = start
    self.end = max(start, end)
  }

  /// The smallest span that covers both; `other` must be in the same file, else `self` is returned.
  public func union(_ other: SourceSpan) -> SourceSpan {
    guard file == other.file else { return self }
    return SourceSpan(file: file, start: min(start, other.start), end: max(end, other.end))
  }

  /// An empty span at the end of this one.
  public var after: SourceSpan { SourceSpan(file: file, start: end, end: end) }
}

/// A place as people count it.
public struct LineColumn: Hashable, Sendable {
  /// From 1.
  public let line: Int
  /// From 1, in Unicode scalars.
  public let column: Int
}

/// One source text with its line index.
public struct SourceFile: Sendable {
  /// As the user named it; shown in diagnostics and logs.
  public let path: String
  public let text: [UInt8]
  /// Byte offset of each line's first byte.
  public let lineStarts: [Int]
  /// Every byte is a scalar.
  private let isASCII: Bool

  public init(path: String, text: [UInt8]) {
    self.path = path
    self.text = text
    var starts = [0]
    var all: UInt8 = 0
    for (offset, byte) in text.enumerated() {
      if byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
      all |= byte
    }
    self.lineStarts = starts
    isASCII = all < 0x80
  }

  public init(path: String, text: String) { self.init(path: path, text: Array(text.utf8)) }

  /// Complexity: O(log lines), and the length of the line in a file that is not ASCII alone.
  public func lineColumn(at offset: Int) -> LineColumn {
    let line = lineIndex(at: offset)
    let start = lineStarts[line]
    let end = min(max(offset, start), text.count)
    // Continuation bytes do not begin a scalar.
    let column = isASCII ? end - start : text[start..<end].count { $0 & 0xC0 != 0x80 }
    return LineColumn(line: line + 1, column: column + 1)
  }

  /// The text of line `line` (from 1) without its end of line; empty when there is no such line.
  public func lineText(_ line: Int) -> String {
    guard line >= 1, line <= lineStarts.count else { return "" }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : text.count
    if end > start, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private func lineIndex(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}

/// All files of one compilation; a `FileID` is an index into it.
public struct SourceSet: Sendable {
  public private(set) var files: [SourceFile] = []

  public init() {}

  public mutating func add(_ file: SourceFile) -> FileID {
    files.append(file)
    return FileID(files.count - 1)
  }

  public subscript(_ id: FileID) -> SourceFile { files[id.index] }

  public func text(of span: SourceSpan) -> String {
    let text = self[span.file].text
    let start = min(span.start, text.count)
    return String(decoding: text[start..<min(max(start, span.end), text.count)], as: UTF8.self)
  }
}
