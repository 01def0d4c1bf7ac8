-- Who somebody is. folded is the name as the program folds names. name_entry and profile_entry are the entries that commit
-- to the words, so that the words go with them.
CREATE TABLE publishers (
    person        text COLLATE "C" PRIMARY KEY,
    kind          text COLLATE "C" NOT NULL,
    created       timestamptz NOT NULL,
    name          text,
    folded        text COLLATE "C",
    name_entry    text COLLATE "C",
    display_name  text,
    bio           text,
    website_url   text,
    profile_entry text COLLATE "C"
);
CREATE INDEX publishers_name_entry ON publishers (name_entry);
CREATE INDEX publishers_profile_entry ON publishers (profile_entry);
GRANT SELECT, INSERT, UPDATE, DELETE ON publishers TO marketplace_projectors;
GRANT SELECT ON publishers TO marketplace_queries;
-- Who looks at what was done sees names.
GRANT SELECT (person, name) ON publishers TO marketplace_commands;
