#if MENTATLAB_NEXT
    import CommandLine
    import Crypto
    import EventLog
    import Events
    import System

    /// `marketplace log note`, in the program that plays the next release: appends an event of its new type.
    struct NoteCommand {
        private let invocation: Invocation

        init(_ invocation: Invocation) { self.invocation = invocation }

        func run() async throws -> Int32 {
            let data = try DataFolder(invocation.values["data"] ?? ".mentatlab")
            let database = try invocation.databaseBeside(data, [.owner, .commands])
            let log = try await EventLog.open(EventLog.Configuration(database))
            let stream = StreamName.log(log.id)
            let known = try await log.read(after: [stream: .none]).last?.entry.version ?? .none
            let now = Services.now()
            let event = Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream, time: now, recordedTime: now, origin: Envelope.Origin(),
                    event: LogNoted(position: 0)),
                version: StreamVersion(known.value + 1))
            let outcome = try await log.append(Append(expected: [stream: known], events: [event]))
            await log.close()
            Host.write("\(outcome)\n", to: 1)
            if case .appended = outcome { return 0 }
            return 1
        }
    }
#endif
