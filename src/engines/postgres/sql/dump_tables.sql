-- Tables whose rows belong to a dump: all of users' (partitions one by one), and of extensions'
-- those that they have marked as configuration, with the condition that tells users' rows apart.
-- A hash-partitioned table is one unit with all below it, since equal values may hash differently
-- in another database (enums by oid, text by locale).
with hashed as (
    select h.partrelid
    from pg_partitioned_table h
    where h.partstrat = 'h'
)
select n.nspname,
       c.relname,
       (select coalesce(json_agg(a.attname order by a.attnum), '[]')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''),
       coalesce(x.condition, ''),
       c.relkind = 'p',
       greatest(c.reltuples, 0)::int8
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join (
    select d.objid, d.refobjid as extension
    from pg_depend d
    where d.classid = 'pg_class'::regclass and d.deptype = 'e') e on e.objid = c.oid
left join lateral (
    select ext.extcondition[place] as condition
    from pg_extension ext
    cross join generate_subscripts(ext.extconfig, 1) place
    where ext.oid = e.extension and ext.extconfig[place] = c.oid) x on true
where (c.relkind = 'r' or c.oid in (select partrelid from hashed))
  and not exists (
      select from pg_partition_ancestors(c.oid) up (relid)
      where up.relid <> c.oid and up.relid in (select partrelid from hashed))
  and c.relpersistence <> 't'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and (e.objid is null or x.condition is not null)
order by n.nspname collate "C", c.relname collate "C"
