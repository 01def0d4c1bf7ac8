SELECT d.downloads, d.readers FROM models.agent_downloads d WHERE d.key = $1
