-- What was delivered, unless another relay has taken over.
UPDATE relay.topics SET next = $3, last = $4, seen = clock_timestamp(), moved = clock_timestamp()
WHERE topic = $1 AND epoch = $2
