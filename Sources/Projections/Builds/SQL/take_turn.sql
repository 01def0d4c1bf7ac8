SELECT true FROM (SELECT models.take_turn($1)) AS turn
