-- What the log relies on and a given database may lack.
SELECT pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text, d.datctype::text,
       current_setting('server_version_num')::integer, current_setting('synchronous_commit')::text
FROM pg_database d WHERE d.datname = current_database()
