import JSON
import System

/// Writing to stdout failed, as on a full disk.
struct OutputFault: Error, CustomStringConvertible {
    let description = "stdout can't be written"
}

/// Writes a part of a long answer to stdout.
func printPart(_ text: String) throws {
    guard Host.write(text, to: 1) else { throw OutputFault() }
}

/// Prints a JSON document on stdout, as the option `--json` asks for.
func printDocument(_ encode: (inout JSONWriter) -> Void) throws {
    var writer = JSONWriter()
    encode(&writer)
    try printPart(String(decoding: writer.bytes, as: UTF8.self) + "\n")
}
