UPDATE models.builds SET activated = now(), epoch = epoch + 1 WHERE build = $1
