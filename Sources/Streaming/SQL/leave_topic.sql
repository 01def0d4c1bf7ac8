UPDATE relay.topics SET holder = '' WHERE topic = $1 AND epoch = $2 AND holder = $3
