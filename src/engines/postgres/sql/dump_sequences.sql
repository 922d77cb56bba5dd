-- Sequences of users, those behind serial and identity columns too, and of extensions those that
-- are configuration.
select n.nspname, c.relname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S'
  and c.relpersistence <> 't'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and (not exists (
           select from pg_depend d
           where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
       or exists (
           select from pg_extension x
           where c.oid = any (x.extconfig)))
order by n.nspname collate "C", c.relname collate "C"
