import Events
import JSON
import Projections
import System

extension RebuildCommand {
    /// Lists whose reputation changes, and why; changes nothing.
    func compare(_ comparison: Comparison, with version: Int32, _ shown: ShownProgress) async throws {
        let result = try await comparison.reputations(against: version)
        shown.end()
        if isJSON {
            try printDocument { Self.encode(result, version, to: &$0) }
            return
        }
        for change in result.changes {
            let name = change.person.name.isEmpty ? change.person.id : change.person.name
            Host.write("\(name): \(change.before) -> \(change.after)\n", to: 1)
            for item in change.items {
                let detail = item.detail.isEmpty ? "" : " \(item.detail)"
                Host.write("    \(item.rule) \(item.key)\(detail): \(item.before) -> \(item.after)\n", to: 1)
            }
        }
        let more = result.isCut ? "; there are more differences than are listed" : ""
        Host.write(
            "the scores of \(result.changes.count) people change from version \(version) to \(Projection.reputation.version) at position \(result.position)\(more)\n",
            to: 2)
    }

    private static func encode(_ result: ReputationComparison, _ version: Int32, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("changes") { writer in
                writer.array(result.changes) { change, writer in
                    writer.object { object in
                        object.member("after", change.after)
                        object.member("before", change.before)
                        object.member("items") { writer in
                            writer.array(change.items) { item, writer in
                                writer.object { object in
                                    object.member("after", item.after)
                                    object.member("agent", item.key)
                                    object.member("before", item.before)
                                    object.member("detail", item.detail)
                                    object.member("rule", item.rule)
                                }
                            }
                        }
                        object.member("person", change.person.id)
                        object.member("username", change.person.name)
                    }
                }
            }
            object.member("compared_version", Int64(version))
            object.member("is_cut", result.isCut)
            object.member("position", result.position.value)
            object.member("version", Int64(Projection.reputation.version))
        }
    }
}
