;
-- What search reads of an agent that it may show, in a narrow row. tokens: A names, B title, C summary and tags, D description
-- and category; what stands in A or B stands there once more with ^ before it. The counts of words tell how much of a field a
-- word is. position is that of the last entry of the agent's stream.
CREATE TABLE agent_search (
    key               text COLLATE "C" PRIMARY KEY,
    owner             text COLLATE "C" NOT NULL,
    category          text COLLATE "C" NOT NULL,
    category_form     text COLLATE "C" NOT NULL,
    runtime           text COLLATE "C" NOT NULL,
    licenses          text[] COLLATE "C" NOT NULL,
    has_wasm          boolean NOT NULL,
    -- True for one that is deprecated, or of which every version is yanked or held.
    is_down           boolean NOT NULL,
    title_words       smallint NOT NULL,
    summary_words     smallint NOT NULL,
    description_words smallint NOT NULL,
    position          bigint NOT NULL,
    tokens            tsvector NOT NULL
-- A search looks at the words of thousands of agents, so they stay in the row, and as they are.
) WITH (toast_tuple_target = 8160);

-- The names of these agents without separators, each with what it is of.
CREATE TABLE agent_names (
    name text COLLATE "C" NOT NULL,
    key  text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    PRIMARY KEY (key, name, kind)
);

-- The words of their names, and these words without each of their letters: two words with a variant in common are about one
-- typing error apart.
CREATE TABLE agent_spellings (
    key      text COLLATE "C" PRIMARY KEY,
    words    text[] COLLATE "C" NOT NULL,
    variants text[] COLLATE "C" NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON agent_search, agent_names, agent_spellings TO marketplace_projectors;
GRANT SELECT ON agent_search, agent_names, agent_spellings TO marketplace_queries
