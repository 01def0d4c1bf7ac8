import Compression
import JSON
import System

/// A file of a catalogue: one JSON object a line, or one JSON array; as it is or compressed by gzip.
struct CatalogFile {
    /// One package of it, as bytes of JSON.
    struct Entry {
        /// Where it stands, for messages: `line 7`.
        let place: String
        let bytes: [UInt8]
    }

    /// Why the file can't be read.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private static let maximumBytes = 1 << 30
    private static let maximumArrayBytes = 256 << 20

    /// What messages call it.
    let name: String
    let bytes: [UInt8]

    /// Reads a file; `-` is standard input.
    init(_ path: String) throws {
        name = path == "-" ? "stdin" : path
        var bytes: [UInt8]
        if path == "-" {
            guard let input = Host.readInput(limit: Self.maximumBytes) else {
                throw Fault(description: "stdin can't be read, or holds more than \(Self.maximumBytes) bytes")
            }
            bytes = input
        } else {
            bytes = try FileSystem.read(path, limit: Self.maximumBytes)
        }
        if bytes.starts(with: [0x1f, 0x8b]) { bytes = try Self.unpacked(bytes, name) }
        // Some editors begin a file with an invisible mark.
        self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    }

    private static func unpacked(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
        let gunzip = GunzipStream()
        gunzip.append(bytes)
        var unpacked: [UInt8] = []
        do {
            repeat {
                while !gunzip.isFinished {
                    let piece = try gunzip.read(1 << 20)
                    guard !piece.isEmpty || gunzip.isFinished else { throw Fault(description: "'\(name)' is cut off") }
                    unpacked += piece
                    guard unpacked.count <= maximumBytes else {
                        throw Fault(description: "'\(name)' unpacks to more than \(maximumBytes) bytes")
                    }
                }
            } while gunzip.beginMember()
        } catch let fault as GunzipStream.Fault {
            throw Fault(description: "'\(name)' can't be unpacked: \(fault)")
        }
        guard gunzip.unread == 0 else { throw Fault(description: "something stands behind the end of '\(name)'") }
        return unpacked
    }

    /// Its packages in order.
    func entries() throws -> [Entry] {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
        guard bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "["), let elements = try array() else {
            return bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated().compactMap {
                index, line in
                line.allSatisfy(blanks.contains) ? nil : Entry(place: "line \(index + 1)", bytes: Array(line))
            }
        }
        return elements.enumerated().map { Entry(place: "element \($0 + 1)", bytes: $1.canonicalBytes) }
    }

    /// The servers of a file that holds pages of a registry, one or several, or servers alone.
    func servers() throws -> [(place: String, server: JSONValue)] {
        var limits = JSONLimits(bytes: Self.maximumArrayBytes)
        limits.values = 20_000_000
        let documents: [(place: String, value: JSONValue)]
        let bytes = (try? JSONValue(bytes, limits: limits)) == nil ? CatalogPackage.repaired(bytes) : bytes
        if let whole = try? JSONValue(bytes, limits: limits) {
            documents = whole.array?.enumerated().map { ("element \($0 + 1)", $1) } ?? [("", whole)]
        } else {
            // A line that is none is said where it is read.
            documents = try entries().map { entry in
                (entry.place, (try? JSONValue(entry.bytes, limits: limits)) ?? .null)
            }
        }
        return documents.flatMap { place, value -> [(place: String, server: JSONValue)] in
            guard let servers = value["servers"]?.array else { return [(place, value)] }
            let page = place.isEmpty ? "" : "\(place), "
            return servers.enumerated().map { ("\(page)server \($0 + 1)", $1) }
        }
    }

    /// The elements of the array that the file is; nil where lines may be meant, of which one is an array.
    private func array() throws -> [JSONValue]? {
        guard bytes.count <= Self.maximumArrayBytes else {
            throw Fault(
                description:
                    "'\(name)' is an array of more than \(Self.maximumArrayBytes) bytes; write an object a line")
        }
        var limits = JSONLimits(bytes: Self.maximumArrayBytes)
        limits.values = 20_000_000
        do throws(JSONError) {
            return try JSONValue(bytes, limits: limits).array
        } catch {
            if let repaired = try? JSONValue(CatalogPackage.repaired(bytes), limits: limits) {
                Host.write("\(name): warning: characters that can't stand in JSON were replaced\n", to: 2)
                return repaired.array
            }
            let first = bytes.prefix { $0 != 0x0a }
            guard (try? JSONValue(Array(first))) == nil else { return nil }
            throw Fault(description: "'\(name)' begins as a JSON array and is none: \(error)")
        }
    }
}
