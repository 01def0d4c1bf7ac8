SELECT true FROM (SELECT models.share_turn($1)) AS turn
