-- The statements, in order, that drop everything a user can have made in this database;
-- $1: Keel's own schema stays. Extensions that this role may not drop stay, and with them the
-- schemas they live in, whose other objects are dropped one by one.
with kept_extension as (
    select e.oid, e.extnamespace
    from pg_extension e
    where e.extname = 'plpgsql'
       or not pg_has_role(e.extowner, 'usage')
),
extension_object as (
    select d.classid, d.objid, d.refobjid as extension
    from pg_depend d
    where d.deptype = 'e'
),
user_schema as (
    select n.oid, n.nspname, n.nspowner, n.nspacl,
           exists (
               select from kept_extension k where k.extnamespace = n.oid
               union all
               select from extension_object e
               join kept_extension k on k.oid = e.extension
               where e.classid = 'pg_namespace'::regclass and e.objid = n.oid) as must_stay
    from pg_namespace n
    where n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
      and not ($1::bool and n.nspname = 'keel')
)
select 1 as step, format('drop event trigger %I', v.evtname) as statement
from pg_event_trigger v
where not exists (
    select from extension_object e
    where e.classid = 'pg_event_trigger'::regclass and e.objid = v.oid)

union all
select 2, format('drop publication %I', p.pubname)
from pg_publication p

union all
select 3, format('drop extension %I cascade', e.extname)
from pg_extension e
where not exists (select from kept_extension k where k.oid = e.oid)

union all
select 4, format('drop schema if exists %I cascade', s.nspname)
from user_schema s
where not s.must_stay

union all
select case o.type when 'table' then 5 else 6 end,
       format('drop %s if exists %s cascade',
              case o.type
                  when 'composite type' then 'type'
                  when 'statistics object' then 'statistics'
                  else o.type
              end, o.identity)
from user_schema s
join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = s.oid
cross join pg_identify_object(d.classid, d.objid, d.objsubid) o
where s.must_stay
  and d.deptype = 'n'
  and d.classid not in ('pg_extension'::regclass, 'pg_default_acl'::regclass)
  and not exists (
      select from extension_object e
      where e.classid = d.classid and e.objid = d.objid)

union all
select 7, format('drop server if exists %I cascade', f.srvname)
from pg_foreign_server f
where not exists (
    select from extension_object e
    where e.classid = 'pg_foreign_server'::regclass and e.objid = f.oid)

union all
select 8, format('drop foreign data wrapper if exists %I cascade', w.fdwname)
from pg_foreign_data_wrapper w
where not exists (
    select from extension_object e
    where e.classid = 'pg_foreign_data_wrapper'::regclass and e.objid = w.oid)

union all
select 9, format('drop cast if exists (%s as %s)', c.castsource::regtype, c.casttarget::regtype)
from pg_cast c
where c.oid >= 16384
  and not exists (
      select from extension_object e
      where e.classid = 'pg_cast'::regclass and e.objid = c.oid)

union all
select 10, format('drop language if exists %I cascade', l.lanname)
from pg_language l
where l.oid >= 16384
  and not exists (
      select from extension_object e
      where e.classid = 'pg_language'::regclass and e.objid = l.oid)

union all
select 11, format('select pg_catalog.lo_unlink(%s)', m.oid)
from pg_largeobject_metadata m

-- "public" comes back as it was: without its objects, with its owner, privileges and comment.
union all
select 12, format('create schema public authorization %I', pg_get_userbyid(s.nspowner))
from user_schema s
where s.nspname = 'public' and not s.must_stay

union all
select 13, format('grant %s on schema public to %s%s', a.privilege_type,
                  case when a.grantee = 0 then 'public'
                       else quote_ident(pg_get_userbyid(a.grantee)) end,
                  case when a.is_grantable and a.grantee <> s.nspowner
                       then ' with grant option' else '' end)
from user_schema s
cross join aclexplode(s.nspacl) a
where s.nspname = 'public' and not s.must_stay

union all
select 14, format('comment on schema public is %L', obj_description(s.oid, 'pg_namespace'))
from user_schema s
where s.nspname = 'public' and not s.must_stay and obj_description(s.oid, 'pg_namespace') is not null

order by 1, 2
