-- Says whether an entry names the digest. Asked under the lease's lock and in a statement of its own: in the
-- one that takes the lock it would see what was committed before the lock, not what an append did meanwhile.
SELECT EXISTS (SELECT FROM vault.artifact_names WHERE sha256 = $1)
