-- Makes the table of the partition [$1, $2). Attaching it is a step of its own: CREATE … PARTITION OF would wait behind
-- every reader of the log, and appends would queue behind it.
CALL log_r1.make_partition($1, $2)
