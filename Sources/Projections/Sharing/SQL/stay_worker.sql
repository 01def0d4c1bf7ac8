UPDATE models.workers SET seen = clock_timestamp() WHERE worker = $1
