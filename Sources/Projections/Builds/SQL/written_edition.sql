SELECT edition FROM log.vocabulary
