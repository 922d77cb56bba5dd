-- What needs what (third column false), and which addresses stand for the same object (true).
with alias as (
    -- A table's row type is the table; a composite type's relation is the type.
    select 'pg_type'::regclass::oid as classid, t.oid as objid, 0 as subid,
           'pg_class'::regclass::oid as refclassid, t.typrelid as refobjid, 0 as refobjsubid
    from pg_type t
    join pg_class c on c.oid = t.typrelid and c.relkind <> 'c'
    where t.oid >= 16384

    union all
    select 'pg_class'::regclass, c.oid, 0, 'pg_type'::regclass, c.reltype, 0
    from pg_class c
    where c.relkind = 'c' and c.oid >= 16384

    union all
    select 'pg_type'::regclass, t.oid, 0, 'pg_type'::regclass, t.typelem, 0
    from pg_type t
    where t.typelem <> 0 and t.typcategory = 'A' and t.oid >= 16384

    union all
    select 'pg_type'::regclass, (to_jsonb(g) ->> 'rngmultitypid')::oid, 0, 'pg_type'::regclass,
           g.rngtypid, 0
    from pg_range g
    where g.rngtypid >= 16384

    union all
    select 'pg_class'::regclass, k.conindid, 0, 'pg_constraint'::regclass,
           coalesce(nullif(k.conparentid, 0), k.oid), 0
    from pg_constraint k
    where k.contype in ('p', 'u', 'x') and k.conindid <> 0

    union all
    select 'pg_constraint'::regclass, k.oid, 0, 'pg_constraint'::regclass, k.conparentid, 0
    from pg_constraint k
    where k.conparentid <> 0

    union all
    select 'pg_rewrite'::regclass, u.oid, 0, 'pg_class'::regclass, u.ev_class, 0
    from pg_rewrite u
    where u.rulename = '_RETURN' and u.oid >= 16384

    union all
    select 'pg_class'::regclass, d.objid, 0, 'pg_class'::regclass, d.refobjid, d.refobjsubid
    from pg_depend d
    join pg_class c on c.oid = d.objid and c.relkind = 'S'
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
      and d.deptype = 'i'

    union all
    select 'pg_attrdef'::regclass, d.oid, 0, 'pg_class'::regclass, d.adrelid, d.adnum::int
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where a.attgenerated <> ''
       or exists (select from pg_class c where c.oid = d.adrelid and c.relispartition)

    union all
    select 'pg_class'::regclass, i.inhrelid, 0, 'pg_class'::regclass, i.inhparent, 0
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid and c.relkind in ('i', 'I')
)
select a.classid, a.objid, a.subid, a.refclassid, a.refobjid, a.refobjsubid, true
from alias a

union all
select d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, false
from pg_depend d
where d.deptype in ('n', 'a', 'i', 'P', 'S', 'x')
  and (d.refobjid >= 16384 or d.refclassid = 'pg_namespace'::regclass)
  and d.objid >= 16384
  and not (d.classid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype = 'a'
           and exists (select from pg_class c where c.oid = d.objid and c.relkind = 'S'))

union all
-- What an extension brought stands and falls with it.
select d.classid, d.objid, 0, d.refclassid, d.refobjid, 0, true
from pg_depend d
where d.deptype = 'e'

union all
-- And what a type brought with it, with the type.
select d.classid, d.objid, 0, d.refclassid, d.refobjid, 0, true
from pg_depend d
where d.deptype = 'i' and d.refclassid = 'pg_type'::regclass
  and d.classid in ('pg_proc'::regclass, 'pg_cast'::regclass)
