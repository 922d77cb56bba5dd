-- Views and materialized views: $1 schema ('' all), $2 name ('' all), $3 Keel's own too.
select c.oid,
       n.nspname,
       c.relname,
       pg_get_viewdef(c.oid),
       c.relkind = 'm'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and c.relpersistence <> 't'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and ($1 = '' or n.nspname = $1)
  and ($2 = '' or c.relname = $2)
  and ($3::bool or n.nspname <> 'keel')
  and not exists (
      select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname collate "C", c.relname collate "C"
