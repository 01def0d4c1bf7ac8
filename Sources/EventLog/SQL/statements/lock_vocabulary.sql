-- No program begins or renews a lease until the transaction ends.
SELECT edition FROM log.vocabulary FOR UPDATE
