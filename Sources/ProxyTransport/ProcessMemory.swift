import CLinux

/// What the process holds beside the memory of its workers.
public enum ProcessMemory {
  /// Takes code and constants that only the start needed out of the resident set.
  ///
  /// Reading the command line and the configuration touches most of the program, once: two thirds of what an idle gateway
  /// would show as resident. What is needed again is mapped again from the page cache, without reading a file.
  public static func forgetCodeOfStart() { weir_forget_code() }
}
