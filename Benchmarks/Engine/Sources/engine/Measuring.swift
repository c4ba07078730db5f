import Glibc

/// Clocks and memory, as the operating system tells them.
enum Measuring {
  /// Processor time of this thread, so that other work on the machine counts little.
  static func threadNanoseconds() -> Int { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

  /// Processor time of all threads.
  static func processNanoseconds() -> Int { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func nanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The most memory that the process has held, in KiB.
  static func peakKiB() -> Int {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss
  }

  /// Nanoseconds a run: the least and the median of some rounds of `count` runs each.
  static func runs(rounds: Int, count: Int, _ body: () -> Void) -> Spread {
    var times: [Double] = []
    for _ in 0..<rounds {
      let start = threadNanoseconds()
      body()
      times.append(Double(threadNanoseconds() - start) / Double(count))
    }
    return Spread(times)
  }
}

struct Spread {
  let least: Double
  let median: Double

  init(_ times: [Double]) {
    let sorted = times.sorted()
    least = sorted.first ?? 0
    median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  init(least: Double, median: Double) {
    self.least = least
    self.median = median
  }

  /// What is left when a part of the work is taken off.
  func without(_ part: Spread) -> Spread { Spread(least: least - part.least, median: median - part.median) }

  var json: String { "[\(rounded(least)),\(rounded(median))]" }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
