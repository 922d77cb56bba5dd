-- Tables whose rows belong to a dump: all of users' (partitions one by one), and of extensions'
-- those that they have marked as configuration, with the condition that tells users' rows apart.
-- A hash-partitioned table is one unit with all below it, since equal values may hash differently
-- in another database (enums by oid, text by locale).
--
-- The last but one column says whether COPY's binary form of every column means the same in another
-- database: types named here, enums, and domains and ranges of such, and arrays of the server's own.
-- Others may hold oids (regclass), have no such form, or be an extension's, whose versions differ.
-- The last has the name of each column's type, or of the one that its domain is over.
with recursive hashed as (
    select h.partrelid
    from pg_partitioned_table h
    where h.partstrat = 'h'
),
made_of (whole, part) as (
    select t.oid, t.typbasetype from pg_type t where t.typtype = 'd'
    union all
    select t.oid, t.typelem from pg_type t
    where t.typtype = 'b' and t.typcategory = 'A' and t.typelem <> 0
      and t.typelem < 16384 -- an array names its element's type by oid
    union all
    select r.rngtypid, r.rngsubtype from pg_range r
    union all
    select (to_jsonb(r) ->> 'rngmultitypid')::oid, r.rngtypid from pg_range r
    where to_jsonb(r) ? 'rngmultitypid'
),
safe (oid) as (
    select t.oid
    from pg_type t
    where t.typtype = 'e'
       or (t.typnamespace = 'pg_catalog'::regnamespace and t.typname in (
           'bool', 'bytea', 'char', 'name', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric',
           'money', 'text', 'varchar', 'bpchar', 'json', 'jsonb', 'jsonpath', 'uuid', 'date', 'time',
           'timetz', 'timestamp', 'timestamptz', 'interval', 'bit', 'varbit', 'inet', 'cidr',
           'macaddr', 'macaddr8', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle',
           'tsvector', 'tsquery', 'oid', 'tid', 'xid', 'xid8', 'cid', 'pg_lsn'))
    union
    select m.whole from made_of m join safe s on s.oid = m.part
)
select n.nspname,
       c.relname,
       (select coalesce(json_agg(a.attname order by a.attnum), '[]')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''),
       coalesce(x.condition, ''),
       c.relkind = 'p',
       greatest(c.reltuples, 0)::int8,
       case when c.relkind = 'r' and c.relam = (select a.oid from pg_am a where a.amname = 'heap')
            then pg_relation_size(c.oid) else 0 end,
       not exists (
           select from pg_attribute a
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             and a.atttypid not in (select s.oid from safe s)),
       (select coalesce(json_agg(case when t.typnamespace = 'pg_catalog'::regnamespace then t.typname else '' end
                                 order by a.attnum), '[]')
        from pg_attribute a
        join pg_type own on own.oid = a.atttypid
        join pg_type t on t.oid = case own.typtype when 'd' then own.typbasetype else own.oid end
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
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
