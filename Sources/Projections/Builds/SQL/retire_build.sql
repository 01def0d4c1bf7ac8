UPDATE models.builds SET retired = now(), epoch = epoch + 1 WHERE build = $1
