-- What a schema's comparison has no use for, and a backup must not lose: beside schema_not_carried.
select 'subscription ' || quote_ident(s.subname)
from pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
union all
select 'access method ' || quote_ident(a.amname)
from pg_am a
where a.oid >= 16384
  and not exists (select from pg_depend d
                  where d.classid = 'pg_am'::regclass and d.objid = a.oid and d.deptype = 'e')
union all
select format('transform for %s language %I', t.trftype::regtype, l.lanname)
from pg_transform t
join pg_language l on l.oid = t.trflang
where not exists (select from pg_depend d
                  where d.classid = 'pg_transform'::regclass and d.objid = t.oid and d.deptype = 'e')
union all
select format('text search parser %I.%I', n.nspname, p.prsname)
from pg_ts_parser p
join pg_namespace n on n.oid = p.prsnamespace
where p.oid >= 16384
  and not exists (select from pg_depend d
                  where d.classid = 'pg_ts_parser'::regclass and d.objid = p.oid and d.deptype = 'e')
union all
select format('text search template %I.%I', n.nspname, t.tmplname)
from pg_ts_template t
join pg_namespace n on n.oid = t.tmplnamespace
where t.oid >= 16384
  and not exists (select from pg_depend d
                  where d.classid = 'pg_ts_template'::regclass and d.objid = t.oid and d.deptype = 'e')
union all
select 'security label on ' || l.objtype || ' ' || l.objname
from pg_seclabels l
where l.objtype not in ('database', 'role', 'tablespace')
order by 1
