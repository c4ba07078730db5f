import ArgumentParser
import WeirBundle
import WeirISA
import WeirVM

/// A bundle on disk.
enum BundleFile {
  /// - Throws: `Failure` when the file cannot be read, `BundleError` when it is not a bundle.
  static func open(_ path: String) throws -> Bundle { try Bundle(try Files.read(path), supported: .all) }

  /// Runs what looks into the bundle at `path`; that it is refused is a finding, said in one line.
  static func inspecting(_ path: String, _ body: () throws -> Void) throws {
    do { try body() } catch let error as BundleError {
      Output.write("\(path): refused: \(error) [\(error.code)]\n")
      throw ExitCode.findings
    } catch let rejection as Rejection {
      Output.write("\(path): refused: the program is not safe to run: \(rejection)\n")
      throw ExitCode.findings
    }
  }

  static func publicKey(_ path: String) throws(Failure) -> PublicKey {
    let pem = String(decoding: try Files.read(path), as: UTF8.self)
    do { return try PublicKey(pem: pem) } catch { throw Failure("\(path): \(error)") }
  }
}
