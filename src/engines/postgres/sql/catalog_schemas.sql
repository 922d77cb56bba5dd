-- Schemas of users: $1 only this one ('' all), $2 whether Keel's own counts.
select n.nspname
from pg_namespace n
where n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and ($1 = '' or n.nspname = $1)
  and ($2::bool or n.nspname <> 'keel')
  and not exists (
      select from pg_depend d
      where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
order by n.nspname collate "C"
