SELECT true FROM (SELECT log.end_lease($1)) AS ended
