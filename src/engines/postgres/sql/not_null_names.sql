-- From version 18 on NOT NULL is a constraint with a name: what gives it the name that it has, or
-- nothing where that cannot be said, and what it is for people.
select case when k.convalidated and not k.connoinherit and k.is_short
                 and not exists (
                     select from pg_constraint o
                     where o.conrelid = k.conrelid and o.conname = k.usual_name)
            then format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', k.conrelid::regclass,
                        k.usual_name, k.conname)
       end,
       format('constraint %I on %s', k.conname, k.conrelid::regclass)
from (
    select c.*, r.relname || '_' || a.attname || '_not_null' as usual_name,
           octet_length(r.relname::text) + octet_length(a.attname::text) + 10 < 64 as is_short
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_namespace n on n.oid = r.relnamespace
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'n'
      and c.conislocal
      and n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
      and not exists (
          select from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')) k
where k.conname <> k.usual_name
   or not k.convalidated
   or k.connoinherit
order by k.conrelid::regclass::text collate "C", k.conname collate "C"
