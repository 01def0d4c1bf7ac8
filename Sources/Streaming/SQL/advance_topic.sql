-- What was delivered, unless another relay has taken over.
UPDATE relay.topics SET next = $4, last = $5, ends = $6, seen = clock_timestamp(), moved = clock_timestamp()
WHERE topic = $1 AND epoch = $2 AND holder = $3
