UPDATE relay.topics SET seen = clock_timestamp() WHERE topic = $1 AND epoch = $2 AND holder = $3
