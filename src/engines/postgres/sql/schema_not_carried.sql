-- What the database holds and SQL written here cannot make again.
with user_schema as (
    select n.oid, n.nspname
    from pg_namespace n
    where n.nspname !~ '^pg_'
      and n.nspname not in ('information_schema', 'keel')
),
extension_object as (
    select d.classid, d.objid
    from pg_depend d
    where d.deptype = 'e'
),
thing (classid, objid, text) as (
    select 'pg_class'::regclass::oid, c.oid, 'foreign table ' || c.oid::regclass
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relkind = 'f'
    union all
    select 'pg_foreign_server'::regclass, f.oid, 'server ' || quote_ident(f.srvname)
    from pg_foreign_server f
    union all
    select 'pg_foreign_data_wrapper'::regclass, w.oid,
           'foreign data wrapper ' || quote_ident(w.fdwname)
    from pg_foreign_data_wrapper w
    union all
    select 'pg_publication'::regclass, p.oid, 'publication ' || quote_ident(p.pubname)
    from pg_publication p
    union all
    select 'pg_operator'::regclass, o.oid, 'operator ' || o.oid::regoperator
    from pg_operator o
    join user_schema s on s.oid = o.oprnamespace
    union all
    select 'pg_opclass'::regclass, o.oid, format('operator class %I.%I', s.nspname, o.opcname)
    from pg_opclass o
    join user_schema s on s.oid = o.opcnamespace
    union all
    select 'pg_opfamily'::regclass, o.oid, format('operator family %I.%I', s.nspname, o.opfname)
    from pg_opfamily o
    join user_schema s on s.oid = o.opfnamespace
    union all
    select 'pg_ts_config'::regclass, t.oid,
           format('text search configuration %I.%I', s.nspname, t.cfgname)
    from pg_ts_config t
    join user_schema s on s.oid = t.cfgnamespace
    union all
    select 'pg_ts_dict'::regclass, t.oid,
           format('text search dictionary %I.%I', s.nspname, t.dictname)
    from pg_ts_dict t
    join user_schema s on s.oid = t.dictnamespace
    union all
    select 'pg_conversion'::regclass, c.oid, format('conversion %I.%I', s.nspname, c.conname)
    from pg_conversion c
    join user_schema s on s.oid = c.connamespace
    union all
    select 'pg_language'::regclass, l.oid, 'language ' || quote_ident(l.lanname)
    from pg_language l
    where l.oid >= 16384
    union all
    select 'pg_type'::regclass, t.oid, 'base type ' || t.oid::regtype
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    where t.typtype = 'b' and t.typcategory <> 'A'
    union all
    select 'pg_proc'::regclass, p.oid, 'aggregate ' || p.oid::regprocedure
    from pg_proc p
    join user_schema s on s.oid = p.pronamespace
    join pg_aggregate g on g.aggfnoid = p.oid and g.aggkind <> 'n'
)
select t.text
from thing t
where t.objid >= 16384
  and not exists (
      select from extension_object e
      where e.classid = t.classid and e.objid = t.objid)
order by t.text collate "C"
