DELETE FROM download_readers WHERE day < date '1970-01-01' + $1::integer
