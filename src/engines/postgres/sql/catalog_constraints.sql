-- Constraints of the tables with the given oids ($1, an array).
select k.conrelid,
       k.conname,
       k.contype,
       pg_get_constraintdef(k.oid),
       (select coalesce(json_agg(a.attname order by key.place), '[]')
        from unnest(k.conkey) with ordinality key (number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.number),
       coalesce((
           select n.nspname || '.' || f.relname
           from pg_class f
           join pg_namespace n on n.oid = f.relnamespace
           where f.oid = k.confrelid), ''),
       (select coalesce(json_agg(a.attname order by key.place), '[]')
        from unnest(k.confkey) with ordinality key (number, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = key.number),
       k.convalidated
from pg_constraint k
where k.conrelid = any ($1::oid[])
  and k.contype in ('p', 'u', 'f', 'c', 'x', 'n')
order by k.conrelid, k.conname collate "C"
