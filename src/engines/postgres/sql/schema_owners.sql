-- Whom things belong to: a statement, and whether it is of something that is made after the rows.
with extension_object as (
    select d.classid, d.objid
    from pg_depend d
    where d.deptype = 'e'
),
owned (classid, objid, owner, is_late) as (
    select 'pg_namespace'::regclass::oid, n.oid, n.nspowner, false
    from pg_namespace n
    where n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
      and (n.nspname <> 'public'
           or pg_get_userbyid(n.nspowner) <> 'pg_database_owner' and n.nspowner <> 10)
    union all
    select 'pg_class'::regclass, c.oid, c.relowner, c.relkind = 'm'
    from pg_class c
    where c.relkind in ('r', 'p', 'v', 'm', 'S')
      and c.relpersistence <> 't'
      and not exists (  -- a column's sequence goes with its table
          select from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = c.oid and c.relkind = 'S'
            and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
    union all
    select 'pg_type'::regclass, t.oid, t.typowner, false
    from pg_type t
    where t.typtype in ('e', 'd', 'r')
       or (t.typtype = 'c' and exists (
           select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
    union all
    select 'pg_proc'::regclass, p.oid, p.proowner, false
    from pg_proc p
    where not exists (  -- a range's constructors
        select from pg_depend d
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
    union all
    select 'pg_collation'::regclass, l.oid, l.collowner, false
    from pg_collation l
    union all
    select 'pg_statistic_ext'::regclass, x.oid, x.stxowner, true
    from pg_statistic_ext x
    union all
    select 'pg_event_trigger'::regclass, v.oid, v.evtowner, true
    from pg_event_trigger v
)
select format('ALTER %s %s OWNER TO %I',
              case when o.classid = 'pg_proc'::regclass then 'routine'
                   when o.classid = 'pg_statistic_ext'::regclass then 'statistics'
                   else i.type end,
              i.identity, pg_get_userbyid(o.owner)),
       o.is_late
from owned o
cross join lateral pg_identify_object(o.classid, o.objid, 0) i
where (o.objid >= 16384 or i.identity = 'public')
  and coalesce(i.schema, '') !~ '^pg_(temp|toast)'
  and coalesce(i.schema, '') not in ('pg_catalog', 'information_schema')
  and not exists (
      select from extension_object e
      where e.classid = o.classid and e.objid = o.objid)
order by o.is_late, o.classid, i.identity collate "C"
