($1::text[] IS NULL OR a.category_form = ANY ($1)) AND ($2::text[] IS NULL OR a.category_form <> ALL ($2))
      AND ($3::text[] IS NULL OR a.owner = ANY ($3)) AND ($4::text[] IS NULL OR a.owner <> ALL ($4))
      AND ($5::text[] IS NULL OR a.runtime = ANY ($5)) AND ($6::text[] IS NULL OR a.runtime <> ALL ($6))
      AND ($7::text[] IS NULL OR EXISTS (SELECT FROM unnest(a.licenses) l WHERE lower(l) = ANY ($7)))
      AND ($8::text[] IS NULL OR NOT EXISTS (SELECT FROM unnest(a.licenses) l WHERE lower(l) = ANY ($8)))
      AND ($9::boolean IS NULL OR a.has_wasm = $9)
      AND ($10::integer IS NULL OR EXISTS (
          SELECT FROM agent_counters c
          WHERE c.key = a.key
            AND 100 * (c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives)
                >= $10 * greatest(1, c.ones + c.twos + c.threes + c.fours + c.fives)))
