-- What is said of builds as a whole that are past the place: of several workers each saw the others before it.
DELETE FROM models.faults f USING models.positions p WHERE p.build = f.build AND f.key = '' AND f.position < p.position
