import Postgres

/// The append, composed of its template and the kinds of effects.
///
/// Every branch is static SQL: a dynamic statement would be planned under the log's lock.
enum AppendRoutine {
    /// What stands before the effects in the procedure's parameters.
    private static let commonParameters = 25

    /// The definition of the procedure.
    static var definition: [UInt8] {
        let template = String(decoding: PackageResources.routine_append_sql, as: UTF8.self)
        let parameters = EffectCatalogue.kinds.map { kind in
            let columns = [("command", "integer")] + kind.columns.map { ($0.name, $0.type) }
            return columns.map { "\(kind.name)_\($0.0) \($0.1)[]," }.joined(separator: " ")
        }
        let checks = EffectCatalogue.kinds.compactMap(check)
        let doings = EffectCatalogue.kinds.map(doing)
        return Array(
            template
                .replacing("/* parameters of effects */", with: parameters.joined(separator: "\n    "))
                .replacing("/* checks of effects */", with: checks.joined(separator: "\n"))
                .replacing("/* doings of effects */", with: doings.joined(separator: "\n")).utf8)
    }

    /// The call, with a place for each parameter and the three results.
    static let call: PostgresStatement = {
        let count = commonParameters + EffectCatalogue.kinds.reduce(0) { $0 + 1 + $1.columns.count }
        let places = (1...count).map { "$\($0)" }.joined(separator: ", ")
        return PostgresStatement("append", Array("CALL log_r1.append(\(places), NULL, NULL, NULL)".utf8))
    }()

    /// The effects of a kind as a table, those of refused commands left out where `isTaken`.
    private static func table(_ kind: EffectKind, isTaken: Bool) -> String {
        let columns = ["command"] + kind.columns.map(\.name)
        let arrays = columns.map { "\(kind.name)_\($0)" }.joined(separator: ", ")
        let rows = "SELECT u.* FROM unnest(\(arrays)) AS u (\(columns.joined(separator: ", ")))"
        return isTaken ? "(\(rows) WHERE taken[u.command + 1])" : "(\(rows))"
    }

    private static func check(_ kind: EffectKind) -> String? {
        guard let query = kind.check else { return nil }
        return """
                IF cardinality(\(kind.name)_command) > 0 THEN
                    FOR verdict IN
                        \(query.replacing("effects AS x", with: "\(table(kind, isTaken: false)) AS x"))
                    LOOP
                        IF taken[verdict.command + 1] THEN
                            taken[verdict.command + 1] := false;
                            refused := refused || verdict.command::bigint;
                            reasons := reasons || verdict.reason;
                        END IF;
                    END LOOP;
                END IF;
            """
    }

    private static func doing(_ kind: EffectKind) -> String {
        let statements = kind.statements.map {
            "        \($0.replacing("effects AS x", with: "\(table(kind, isTaken: true)) AS x"));"
        }
        return """
                IF cardinality(\(kind.name)_command) > 0 THEN
            \(statements.joined(separator: "\n"))
                END IF;
            """
    }
}
