UPDATE log.vocabulary SET edition = $1 WHERE edition < $1
