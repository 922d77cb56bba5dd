-- Comments and privileges: class, object, column of what they are about, kind, name, facts, what
-- makes and what takes away. Names are those that SQL knows the objects by.
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
about as (
    select 'pg_class'::regclass::oid as classid, c.oid as objid,
           case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S'
               then 'sequence' when 'i' then 'index' when 'I' then 'index' when 'c' then 'type'
               else 'table' end as kind,
           c.oid::regclass::text as name, c.relacl as acl,
           case c.relkind when 'S' then 's' else 'r' end as acl_kind, c.relowner as owner
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relpersistence <> 't' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'i', 'I')

    union all
    select 'pg_type'::regclass, t.oid, case t.typtype when 'd' then 'domain' else 'type' end,
           t.oid::regtype::text, t.typacl, 'T', t.typowner
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'r')
       or (t.typtype = 'c' and exists (
           select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))

    union all
    select 'pg_proc'::regclass, p.oid,
           case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
           case when p.prokind = 'a' and p.pronargs = 0
                then format('%I.%I(*)', s.nspname, p.proname)
                else p.oid::regprocedure::text end,
           p.proacl, 'f', p.proowner
    from pg_proc p
    join user_schema s on s.oid = p.pronamespace

    union all
    select 'pg_namespace'::regclass, s.oid, 'schema', quote_ident(s.nspname),
           n.nspacl, 'n', n.nspowner
    from user_schema s
    join pg_namespace n on n.oid = s.oid

    union all
    select 'pg_constraint'::regclass, k.oid, 'constraint',
           format('%I on %s', k.conname, case when k.contypid <> 0
               then 'domain ' || k.contypid::regtype else k.conrelid::regclass::text end),
           null, '', 0
    from pg_constraint k
    join user_schema s on s.oid = k.connamespace

    union all
    select 'pg_trigger'::regclass, t.oid, 'trigger',
           format('%I on %s', t.tgname, t.tgrelid::regclass), null, '', 0
    from pg_trigger t
    where not t.tgisinternal

    union all
    select 'pg_policy'::regclass, p.oid, 'policy',
           format('%I on %s', p.polname, p.polrelid::regclass), null, '', 0
    from pg_policy p

    union all
    select 'pg_rewrite'::regclass, u.oid, 'rule',
           format('%I on %s', u.rulename, u.ev_class::regclass), null, '', 0
    from pg_rewrite u
    where u.rulename <> '_RETURN'

    union all
    select 'pg_statistic_ext'::regclass, x.oid, 'statistics',
           format('%I.%I', s.nspname, x.stxname), null, '', 0
    from pg_statistic_ext x
    join user_schema s on s.oid = x.stxnamespace

    union all
    select 'pg_event_trigger'::regclass, v.oid, 'event trigger', quote_ident(v.evtname), null, '',
           0
    from pg_event_trigger v

    union all
    select 'pg_collation'::regclass, l.oid, 'collation', format('%I.%I', s.nspname, l.collname),
           null, '', 0
    from pg_collation l
    join user_schema s on s.oid = l.collnamespace
),
own as (
    select a.*
    from about a
    where not exists (
        select from extension_object e
        where e.classid = a.classid and e.objid = a.objid)
),
-- The privileges that nobody had to give: those of a new object, and what PostgreSQL gives on
-- "public".
usual as (
    select o.classid, o.objid, d.grantee, d.privilege_type, d.is_grantable
    from own o
    cross join lateral aclexplode(acldefault(o.acl_kind::"char", o.owner)) d
    where o.acl is not null

    union all
    select o.classid, o.objid, 0, p.privilege, false
    from own o
    cross join (values ('USAGE'), ('CREATE')) p (privilege)
    where o.kind = 'schema' and o.name = 'public'
      and (p.privilege = 'USAGE' or current_setting('server_version_num')::int < 150000)
),
given as (
    select o.classid, o.objid, g.grantee, g.privilege_type, g.is_grantable
    from own o
    cross join lateral aclexplode(o.acl) g
    where o.acl is not null
),
privilege as (
    select o.classid, o.objid, 0 as subid, o.kind, o.name, change.verb, change.grantee,
           change.is_grantable, string_agg(lower(change.privilege_type), ', '
                                           order by change.privilege_type) as list
    from own o
    join (
        select 'grant' as verb, g.* from given g
        where not exists (
            select from usual u
            where (u.classid, u.objid, u.grantee, u.privilege_type, u.is_grantable)
                  = (g.classid, g.objid, g.grantee, g.privilege_type, g.is_grantable))
        union all
        select 'revoke', u.* from usual u
        where not exists (
            select from given g
            where (g.classid, g.objid, g.grantee, g.privilege_type)
                  = (u.classid, u.objid, u.grantee, u.privilege_type))
    ) change on change.classid = o.classid and change.objid = o.objid
    where change.grantee <> o.owner
    group by o.classid, o.objid, o.kind, o.name, change.verb, change.grantee, change.is_grantable

    union all
    select o.classid, o.objid, a.attnum, o.kind, o.name, 'grant', g.grantee, g.is_grantable,
           string_agg(format('%s (%I)', lower(g.privilege_type), a.attname), ', '
                      order by g.privilege_type)
    from own o
    join pg_attribute a on a.attrelid = o.objid and a.attacl is not null
    cross join lateral aclexplode(a.attacl) g
    where o.classid = 'pg_class'::regclass and g.grantee <> o.owner
    group by o.classid, o.objid, a.attnum, o.kind, o.name, g.grantee, g.is_grantable
),
spoken as (
    select p.*,
           case p.kind when 'sequence' then 'sequence ' || p.name
                       when 'view' then 'table ' || p.name
                       when 'materialized view' then 'table ' || p.name
                       when 'aggregate' then 'function ' || p.name
                       else p.kind || ' ' || p.name end as target,
           case when p.grantee = 0 then 'public'
                else quote_ident(pg_get_userbyid(p.grantee)) end as role
    from privilege p
)
select o.classid, o.objid, d.objsubid as subid, 'comment' as kind,
       case when d.objsubid > 0
            then 'column ' || format('%s.%I', o.name, a.attname)
            else o.kind || ' ' || o.name end as name,
       jsonb_build_object('text', d.description)::text as facts,
       format('comment on %s is %L', case when d.objsubid > 0
           then 'column ' || format('%s.%I', o.name, a.attname)
           else o.kind || ' ' || o.name end, d.description) as make,
       format('comment on %s is null', case when d.objsubid > 0
           then 'column ' || format('%s.%I', o.name, a.attname)
           else o.kind || ' ' || o.name end) as undo
from own o
join pg_description d on d.classoid = o.classid and d.objoid = o.objid
left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid
                        and d.classoid = 'pg_class'::regclass
where not (o.kind = 'schema' and o.name = 'public' and d.description = 'standard public schema')

union all
select s.classid, s.objid, s.subid, 'privilege',
       concat(s.target, case when s.subid > 0 then '.' || (
                  select quote_ident(a.attname) from pg_attribute a
                  where a.attrelid = s.objid and a.attnum = s.subid) end,
              case s.verb when 'grant' then ' to ' else ' not to ' end, s.role,
              case when s.is_grantable and s.verb = 'grant' then ' with grant option' end),
       jsonb_build_object('list', s.list)::text,
       case s.verb
           when 'grant' then concat('grant ', s.list, ' on ', s.target, ' to ', s.role,
                                    case when s.is_grantable then ' with grant option' end)
           else concat('revoke ', s.list, ' on ', s.target, ' from ', s.role) end,
       case s.verb
           when 'grant' then concat('revoke ', s.list, ' on ', s.target, ' from ', s.role)
           else concat('grant ', s.list, ' on ', s.target, ' to ', s.role) end
from spoken s

union all
select 'pg_default_acl'::regclass, d.oid, 0, 'default privilege',
       concat(place.words, place.target, ' to ', place.role,
              case when g.is_grantable then ' with grant option' end),
       jsonb_build_object('list', string_agg(lower(g.privilege_type), ', '
                                             order by g.privilege_type))::text,
       concat('alter default privileges', place.words, ' grant ',
              string_agg(lower(g.privilege_type), ', ' order by g.privilege_type),
              ' on ', place.target, ' to ', place.role,
              case when g.is_grantable then ' with grant option' end),
       concat('alter default privileges', place.words, ' revoke ',
              string_agg(lower(g.privilege_type), ', ' order by g.privilege_type),
              ' on ', place.target, ' from ', place.role)
from pg_default_acl d
cross join lateral aclexplode(d.defaclacl) g
cross join lateral (
    select concat(' for role ', quote_ident(pg_get_userbyid(d.defaclrole)), (
                      select ' in schema ' || quote_ident(n.nspname)
                      from pg_namespace n where n.oid = d.defaclnamespace)) as words,
           case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                                when 'f' then 'functions' when 'T' then 'types'
                                else 'schemas' end as target,
           case when g.grantee = 0 then 'public'
                else quote_ident(pg_get_userbyid(g.grantee)) end as role) place
where g.grantee <> d.defaclrole
  and not exists (select from pg_namespace n where n.oid = d.defaclnamespace and n.nspname = 'keel')
  and not exists (
      select from aclexplode(case when d.defaclnamespace = 0
          then acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end,
                          d.defaclrole) end) u
      where (u.grantee, u.privilege_type, u.is_grantable)
            = (g.grantee, g.privilege_type, g.is_grantable))
group by d.oid, place.words, place.target, place.role, g.is_grantable
order by kind, name
