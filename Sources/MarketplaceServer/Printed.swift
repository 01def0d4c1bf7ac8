import JSON
import System

/// Prints a JSON document on stdout, as the option `--json` asks for.
func printDocument(_ encode: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    encode(&writer)
    Host.write(String(decoding: writer.bytes, as: UTF8.self) + "\n", to: 1)
}
