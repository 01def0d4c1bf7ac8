import Postgres

/// The procedure that appends a batch, generated from its template and the kinds of effects.
///
/// All its SQL is static: the database would plan a dynamic statement while it holds the log's lock.
enum AppendRoutine {
    /// The number of the procedure's parameters before those of the effects.
    private static let commonParameters = 25

    /// The SQL that creates the procedure.
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

    /// The call, with a placeholder for each parameter and the three results.
    static let call: PostgresStatement = {
        let count = commonParameters + EffectCatalogue.kinds.reduce(0) { $0 + 1 + $1.columns.count }
        let places = (1...count).map { "$\($0)" }.joined(separator: ", ")
        return PostgresStatement("append", Array("CALL log_r1.append(\(places), NULL, NULL, NULL)".utf8))
    }()

    /// A subquery over the effects of a kind; with `isTaken`, without those of refused commands.
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
