-- The routines of one generation. A program calls those of the generation that it was compiled with, so that programs of
-- two generations can work on one database at the same time.
CREATE SCHEMA log_r1;
GRANT USAGE ON SCHEMA log_r1 TO marketplace_commands;
