($11::text IS NULL OR (a.tokens @@ (SELECT $11::text::tsquery)) IS TRUE OR a.key = ANY ($12::text[])
           OR a.owner = ANY ($13::text[]))
      AND ($14::text IS NULL OR (a.tokens @@ (SELECT $14::text::tsquery)) IS TRUE)
