-- The next large objects after oid $1, with the statements that give them owner and privileges.
select m.oid,
       format('alter large object %s owner to %I', m.oid, pg_get_userbyid(m.lomowner)),
       (select string_agg(format('grant %s on large object %s to %s%s', a.privilege_type, m.oid,
                                 case when a.grantee = 0 then 'public'
                                      else quote_ident(pg_get_userbyid(a.grantee)) end,
                                 case when a.is_grantable then ' with grant option' else '' end),
                          ';')
        from aclexplode(m.lomacl) a
        where a.grantee <> m.lomowner)
from pg_largeobject_metadata m
where m.oid > $1::oid
order by m.oid
limit 1000
