-- How often what was flagged, for moderators alone: neither who flagged nor what they said.
CREATE TABLE flags (
    kind   text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    count  bigint NOT NULL,
    last   timestamptz NOT NULL,
    PRIMARY KEY (kind, target, reason)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON flags TO marketplace_projectors;
-- Moderators show who they are to the front for commands.
GRANT SELECT ON flags TO marketplace_commands;
