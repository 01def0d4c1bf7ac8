-- Downloads by the hour; hours are counted from 1970 in UTC.
CREATE TABLE hourly_downloads (
    hour      bigint PRIMARY KEY,
    downloads bigint NOT NULL
);
-- Under which keys readers of a day were told apart: with several of them somebody may count twice.
CREATE TABLE reader_domains (
    day    date NOT NULL,
    domain uuid NOT NULL,
    PRIMARY KEY (day, domain)
);
-- What each person published on a day. person is empty where an entry names nobody.
CREATE TABLE publishing_days (
    day      date NOT NULL,
    person   text COLLATE "C" NOT NULL,
    versions bigint NOT NULL,
    agents   bigint NOT NULL,
    PRIMARY KEY (day, person)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON hourly_downloads, reader_domains, publishing_days TO marketplace_projectors;
GRANT SELECT ON hourly_downloads, reader_domains, publishing_days TO marketplace_queries;
