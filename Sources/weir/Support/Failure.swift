/// Why a command could not do its work at all: exit status 2.
struct Failure: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
