SELECT epoch FROM models.builds WHERE build = $1 FOR UPDATE
