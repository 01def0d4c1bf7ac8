SELECT true FROM (SELECT models.raise_epoch($1)) AS raised
