package import Contract
package import Events

/// A moment of the past that a page is about.
package struct PastMoment: Sendable {
    /// Its position.
    package let position: Position
    /// How it was asked for, which links keep.
    package let asOf: AsOf

    package init(position: Position, asOf: AsOf) {
        self.position = position
        self.asOf = asOf
    }
}
