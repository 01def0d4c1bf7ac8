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

    /// Reads a file, `-` for standard input, of at most 1 GiB, also once it is unpacked; blocks the calling thread.
    ///
    /// - Throws: `Fault` or `SystemError` where it can't be read, can't be unpacked or is larger.
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
        let documents: [(place: String, value: JSONValue)]
        if let whole = try? whole() {
            documents = whole.array?.enumerated().map { ("element \($0 + 1)", $1) } ?? [("", whole)]
        } else {
            // A line that is none is said where it is read.
            documents = try entries().map { entry in
                let bytes = (try? JSONValue(entry.bytes)) == nil ? Self.repaired(entry.bytes) : entry.bytes
                return (entry.place, (try? JSONValue(bytes, limits: Self.limits)) ?? .null)
            }
        }
        return documents.flatMap { place, value -> [(place: String, server: JSONValue)] in
            guard let servers = value["servers"]?.array else { return [(place, value)] }
            let page = place.isEmpty ? "" : "\(place), "
            return servers.enumerated().map { ("\(page)server \($0 + 1)", $1) }
        }
    }

    private static var limits: JSONLimits {
        var limits = JSONLimits(bytes: maximumArrayBytes)
        limits.values = 20_000_000
        return limits
    }

    /// The file as one document. Where it holds characters that can't stand in JSON, it is read without them.
    private func whole() throws(JSONError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(bytes, limits: Self.limits)
        } catch {
            guard let repaired = try? JSONValue(Self.repaired(bytes), limits: Self.limits) else { throw error }
            Host.write("\(name): warning: characters that can't stand in JSON were replaced\n", to: 2)
            return repaired
        }
    }

    /// The elements of the array that the file is; nil where lines may be meant, of which one is an array.
    private func array() throws -> [JSONValue]? {
        guard bytes.count <= Self.maximumArrayBytes else {
            throw Fault(
                description:
                    "'\(name)' is an array of more than \(Self.maximumArrayBytes) bytes; write an object a line")
        }
        do throws(JSONError) {
            return try whole().array
        } catch {
            let first = bytes.prefix { $0 != 0x0a }
            guard (try? JSONValue(Array(first))) == nil else { return nil }
            throw Fault(description: "'\(name)' begins as a JSON array and is none: \(error)")
        }
    }

    /// Bytes in which what is no UTF-8 and halves of surrogate pairs are U+FFFD, and control characters spaces.
    static func repaired(_ line: [UInt8]) -> [UInt8] {
        var bytes = Array(String(decoding: line, as: UTF8.self).utf8).map {
            ($0 < 0x20 && $0 != 0x0a) || $0 == 0x7f ? 0x20 : $0
        }
        var index = 0
        func unit(at place: Int) -> UInt32? {
            guard place + 6 <= bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
            else {
                return nil
            }
            return UInt32(String(decoding: bytes[(place + 2)..<(place + 6)], as: UTF8.self), radix: 16)
        }
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard let first = unit(at: index), (0xd800...0xdfff).contains(first) else {
                index += 2
                continue
            }
            if first < 0xdc00, let second = unit(at: index + 6), (0xdc00...0xdfff).contains(second) {
                index += 12
            } else {
                bytes.replaceSubrange(index..<(index + 6), with: Array("\\ufffd".utf8))
                index += 6
            }
        }
        return bytes
    }
}
