package import Events

/// An entry of the log as a line of a list.
package struct LogLine: Sendable {
    package let position: Position
    /// Nil for an entry of a type that this program does not know.
    package let envelope: Envelope?
    package let type: String
    package let stream: String
    /// The agent that it is about; nil where it is about none.
    package let agent: AgentKey?

    package init(position: Position, envelope: Envelope?, type: String, stream: String, agent: AgentKey?) {
        self.position = position
        self.envelope = envelope
        self.type = type
        self.stream = stream
        self.agent = agent
    }

    var words: EventWords { EventWords(envelope?.event, type: type) }

    /// Writes what it is about, and what happened.
    func writeWords(_ html: inout HTML) {
        if let agent {
            html.agent(agent)
            html.text(": ")
        } else if case .namespace(let namespace)? = envelope?.stream {
            html.text("Namespace ")
            html.element(.code) { $0.words("\(namespace)") }
            html.text(": ")
        }
        html.text(words.words)
    }
}
