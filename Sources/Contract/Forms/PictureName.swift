/// What has pictures by name.
package protocol PictureName: RawRepresentable<String>, CaseIterable, SendableMetatype {}

extension PictureName {
    /// Its name in a path.
    package var fileName: String { "\(rawValue).svg" }
}

extension ParameterKind where Value: PictureName & Sendable {
    /// The name of a picture in a path.
    static func picture() -> ParameterKind {
        let names = Value.allCases.map(\.fileName)
        return ParameterKind(schema: .choice(names), problem: .pathNotFound) { (_, text) throws(Problem) in
            guard let picture = Value.allCases.first(where: { $0.fileName == text }) else {
                throw Problem(
                    .pathNotFound,
                    "there is no picture '\(text.prefix(64))'; there are \(names.joined(separator: ", "))")
            }
            return picture
        } write: {
            $0.fileName
        }
    }
}
