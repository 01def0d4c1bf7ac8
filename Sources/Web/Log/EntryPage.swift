import Contract
package import Crypto
package import Events

/// An entry of the log: in words and in bytes, with what it commits to, and what became of that.
package struct EntryPage: PageDocument {
    /// What an entry commits to.
    package struct Commitment: Sendable {
        /// What became of its content.
        package enum State: Sendable {
            case kept(Content)
            /// By the entry at this position.
            case erased(at: Position, reason: String)
            /// Only some may read it.
            case hidden
            /// Nobody says why it is not there.
            case missing
        }

        package let field: String
        package let digest: SHA256Digest
        package let state: State

        package init(field: String, digest: SHA256Digest, state: State) {
            self.field = field
            self.digest = digest
            self.state = state
        }
    }

    /// What holds by now of what the entry is about.
    package struct Remark: Sendable {
        package let words: String
        package let gravity: String

        package init(_ words: String, gravity: String) {
            self.words = words
            self.gravity = gravity
        }
    }

    package let line: LogLine
    package let bytes: [UInt8]
    package let commitments: [Commitment]
    package let remarks: [Remark]
    /// The number of entries of the log.
    package let head: Position

    package init(
        line: LogLine, bytes: [UInt8], commitments: [Commitment], remarks: [Remark], head: Position
    ) {
        self.line = line
        self.bytes = bytes
        self.commitments = commitments
        self.remarks = remarks
        self.head = head
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let position = line.position
        var frame = Frame(
            title: "Entry \(position.value.grouped)", canonical: Self.link(position), section: .log,
            position: Position(head.value - 1))
        frame.summary = line.words.words
        frame.isIndexed = false
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.p, .class("row small")) { html in
                    if position.value > 0 { html.link(Self.link(Position(position.value - 1)), text: "Before") }
                    if position.next < head { html.link(Self.link(position.next), text: "Next") }
                    html.link(LogPage.link, text: "Log")
                }
                html.element(.h1, text: "Entry \(position.value.grouped)")
                html.element(.p, .class("lead")) { line.writeWords(&$0) }
                for remark in remarks {
                    html.element(.p, .class("note \(remark.gravity)")) { $0.words(remark.words) }
                }
            }
            facts(&html)
            if !commitments.isEmpty {
                html.section("What it commits to") { html in
                    html.element(
                        .p, .class("prose"),
                        text:
                            "What people write stands beside the log, so that it can be erased. The entry holds the SHA-256 of 32 random bytes and of what they wrote: whoever has both can prove what it was."
                    )
                    for commitment in commitments { write(commitment, &html) }
                }
            }
            html.section("Bytes", ("JSON", Link(Endpoints.listEvents, EventQuery(from: position, limit: 1)))) { html in
                html.element(
                    .p, .class("small quiet"),
                    text: "\(Int64(bytes.count).counted("byte", "bytes")), as they were appended (RFC 8785).")
                html.element(
                    .pre, .class("shell breaks"), .named(.tabindex, "0"), text: String(decoding: bytes, as: UTF8.self))
                html.element(.p, .class("small quiet digest")) { html in
                    html.text("SHA-256 ")
                    html.element(.code, text: SHA256Digest(of: bytes).hex)
                }
            }
        }
    }

    static func link(_ position: Position) -> Link {
        Link(Endpoints.entryPage, EntryParameters(position: position))
    }

    private func facts(_ html: inout HTML) {
        html.element(.section, .class("section")) { html in
            html.facts([
                ("Type", { $0.element(.code, text: line.type) }),
                (
                    "Stream",
                    { html in
                        html.link(Link(Endpoints.logPage, LogQuery(stream: line.stream))) { html in
                            html.element(.code) { $0.words(line.stream) }
                        }
                    }
                ),
                ("Happened", line.envelope.map { envelope in { $0.moment(envelope.time) } }),
                ("Recorded", line.envelope.map { envelope in { $0.moment(envelope.recordedTime) } }),
                ("Id", line.envelope.map { envelope in { $0.element(.code, text: "\(envelope.id)") } }),
                (
                    "By",
                    line.envelope?.origin.actor.map { actor in { $0.element(.code, text: "\(actor)") } }
                        ?? { $0.text("nobody is named") }
                ),
                (
                    "The agent then",
                    line.agent.map { agent in
                        { html in
                            html.link(
                                Link(
                                    Endpoints.agentPage, AgentParameters(id: agent, asOf: .position(line.position))),
                                text: "as it was right after this entry")
                        }
                    }
                ),
            ])
        }
    }

    private func write(_ commitment: Commitment, _ html: inout HTML) {
        html.element(.article, .class("review stack")) { html in
            html.element(.h3) { $0.element(.code, text: commitment.field) }
            html.element(.p, .class("small digest")) { $0.element(.code, text: commitment.digest.hex) }
            switch commitment.state {
            case .kept(let content): write(content, commitment, &html)
            case .erased(let position, let reason):
                html.element(.p, .class("note")) { html in
                    html.text("What was written was erased (\(reason)) by ")
                    html.entry(position)
                    html.text(
                        ". The commitment stays, and nothing can be learned from it: its random bytes were erased as well."
                    )
                }
            case .hidden:
                html.element(
                    .p, .class("note"),
                    text: "This is private: whom it concerns and the moderators may read it, nobody else.")
            case .missing:
                html.element(
                    .p, .class("note warn"),
                    text: "What was written is not there, and no entry says that it was erased.")
            }
        }
    }

    private func write(_ content: Content, _ commitment: Commitment, _ html: inout HTML) {
        html.element(
            .pre, .class("shell breaks"), .named(.tabindex, "0"),
            text: String(decoding: content.document, as: UTF8.self))
        html.element(.p, .class("small quiet digest")) { html in
            html.text("Random bytes ")
            html.element(.code, text: Hex.encode(content.nonce))
        }
        let holds = content.commitment == commitment.digest
        html.element(
            .p, .class(holds ? "small" : "note bad"),
            text: holds
                ? "By this marketplace: the SHA-256 of both is what the entry says."
                : "The SHA-256 of both is NOT what the entry says. Tell whoever runs this marketplace, and do not trust it."
        )
        guard !html.isMarkdown else { return }
        html.element(
            .p, .class("small"), .named(.dataCheck, commitment.digest.hex),
            .named(.dataBytes, Hex.encode(content.nonce + content.document)), .named(.role, "status"),
            text: "In your browser: not computed, which takes a script and a secure connection.")
    }
}
