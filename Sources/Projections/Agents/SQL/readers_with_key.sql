ALTER TABLE download_readers ADD PRIMARY KEY (key, day, domain, reader, version)
