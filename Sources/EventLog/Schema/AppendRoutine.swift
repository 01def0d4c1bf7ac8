import Postgres

/// The procedure that appends a batch, generated from its template and the kinds of effects.
///
/// All its SQL is static: the database would plan a dynamic statement while it holds the log's lock.
enum AppendRoutine {
    /// The number of the procedure's parameters before those of the effects.
    private static let commonParameters = 25
    /// The most parameters that Postgres takes (`FUNC_MAX_ARGS`), the results included.
    private static let maximumParameters = 100

    /// The SQL that creates the procedure.
    static var definition: [UInt8] {
        let template = String(decoding: PackageResources.routine_append_sql, as: UTF8.self)
        let parameters = EffectCatalogue.frequent.map { type in
            let kind = type.kind
            let columns = [("command", "integer")] + kind.columns.map { ($0.name, $0.type) }
            return columns.map { "\(kind.name)_\($0.0) \($0.1)[]," }.joined(separator: " ")
        }
        let checks = EffectCatalogue.kinds.compactMap(check)
        let doings = EffectCatalogue.kinds.map(doing)
        return Array(
            template
                .replacing(
                    "/* parameters of effects */", with: (["rare jsonb,"] + parameters).joined(separator: "\n    ")
                )
                .replacing("/* checks of effects */", with: checks.joined(separator: "\n"))
                .replacing("/* doings of effects */", with: doings.joined(separator: "\n")).utf8)
    }

    /// The call, with a placeholder for each parameter and the three results.
    static let call: PostgresStatement = {
        let frequent = EffectCatalogue.frequent.reduce(0) { $0 + 1 + $1.kind.columns.count }
        let count = commonParameters + 1 + frequent
        precondition(count + 3 <= maximumParameters, "a kind of effect has to be rare")
        let places = (1...count).map { $0 == commonParameters + 1 ? "$\($0)::text::jsonb" : "$\($0)" }
            .joined(separator: ", ")
        return PostgresStatement("append", Array("CALL log_r1.append(\(places), NULL, NULL, NULL)".utf8))
    }()

    /// A subquery over the effects of a kind; with `isTaken`, without those of refused commands.
    private static func table(_ kind: EffectKind, isTaken: Bool) -> String {
        let columns = [("command", "integer")] + kind.columns.map { ($0.name, $0.type) }
        let rows: String
        if kind.isFrequent {
            let arrays = columns.map { "\(kind.name)_\($0.0)" }.joined(separator: ", ")
            rows = "SELECT u.* FROM unnest(\(arrays)) AS u (\(columns.map(\.0).joined(separator: ", ")))"
        } else {
            let names = columns.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            rows = "SELECT u.* FROM jsonb_to_recordset(rare -> '\(kind.name)') AS u (\(names))"
        }
        return isTaken ? "(\(rows) WHERE taken[u.command + 1])" : "(\(rows))"
    }

    /// A condition that is true where a batch carries effects of a kind.
    private static func isPresent(_ kind: EffectKind) -> String {
        kind.isFrequent ? "cardinality(\(kind.name)_command) > 0" : "rare ? '\(kind.name)'"
    }

    private static func check(_ kind: EffectKind) -> String? {
        guard let query = kind.check else { return nil }
        return """
                IF \(isPresent(kind)) THEN
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
                IF \(isPresent(kind)) THEN
            \(statements.joined(separator: "\n"))
                END IF;
            """
    }
}
