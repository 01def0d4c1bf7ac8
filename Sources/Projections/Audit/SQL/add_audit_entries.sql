INSERT INTO audit_entries (position, time, type, stream, agent, version, person, detail, actor, token, inviter, inviter_token)
SELECT n.position, to_timestamp(n.ms / 1000.0), n.type, n.stream, n.agent, n.version, n.person, n.detail, n.actor, n.token,
       n.inviter, n.inviter_token
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[])
    AS n (position, ms, type, stream, agent, version, person, detail, actor, token, inviter, inviter_token)
