-- Schemas, extensions, types, routines and the like, in the form of schema_relations.
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
routine as (
    select p.*, p.oid::regprocedure::text as name,
           case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate'
                          else 'function' end as kind,
           l.lanname
    from pg_proc p
    join user_schema s on s.oid = p.pronamespace
    join pg_language l on l.oid = p.prolang
    where not exists (
        select from extension_object e
        where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
      and not exists (  -- a range's constructors
        select from pg_depend d
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
),
own_type as (
    select t.*, t.oid::regtype::text as name
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    where not exists (
        select from extension_object e
        where e.classid = 'pg_type'::regclass and e.objid = t.oid)
)
select 'pg_namespace'::regclass::oid as classid, s.oid as objid, 0 as subid, 'schema' as kind,
       quote_ident(s.nspname) as name, 0::oid, 0::oid, 0, '{}' as facts,
       'create schema ' || quote_ident(s.nspname) as make,
       'drop schema ' || quote_ident(s.nspname) as undo, '{}' as details
from user_schema s
where not exists (
    select from extension_object e
    where e.classid = 'pg_namespace'::regclass and e.objid = s.oid)

union all
select 'pg_extension'::regclass, e.oid, 0, 'extension', quote_ident(e.extname), 0, 0, 0,
       jsonb_build_object('schema', quote_ident(n.nspname))::text,
       format('create extension if not exists %I%s', e.extname,
              case when n.nspname <> 'pg_catalog' then format(' with schema %I', n.nspname) end),
       'drop extension ' || quote_ident(e.extname), '{}'
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'

union all
select 'pg_type'::regclass, t.oid, 0, 'enum', t.name, 0, 0, 0,
       jsonb_build_object('labels', (
           select string_agg(quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
           from pg_enum l
           where l.enumtypid = t.oid))::text,
       format('create type %s as enum (%s)', t.name, (
           select string_agg(quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
           from pg_enum l
           where l.enumtypid = t.oid)),
       'drop type ' || t.name,
       jsonb_build_object('list', (
           select jsonb_agg(quote_literal(l.enumlabel) order by l.enumsortorder)
           from pg_enum l
           where l.enumtypid = t.oid)::text, 'local', quote_ident(t.typname))::text
from own_type t
where t.typtype = 'e'

union all
select 'pg_type'::regclass, t.oid, 0, 'domain', t.name, 0, 0, 0,
       jsonb_strip_nulls(jsonb_build_object(
           'type', format_type(t.typbasetype, t.typtypmod),
           'collation', collation_name.text,
           'default', t.typdefault, 'not null', case when t.typnotnull then 'yes' end))::text,
       concat('create domain ', t.name, ' as ', format_type(t.typbasetype, t.typtypmod),
              ' collate ' || collation_name.text, ' default ' || t.typdefault,
              case when t.typnotnull then ' not null' end),
       'drop domain ' || t.name,
       jsonb_build_object('local', quote_ident(t.typname))::text
from own_type t
join pg_type base on base.oid = t.typbasetype
left join lateral (
    select format('%I.%I', n.nspname, l.collname) as text
    from pg_collation l
    join pg_namespace n on n.oid = l.collnamespace
    where l.oid = t.typcollation and t.typcollation <> base.typcollation) collation_name on true
where t.typtype = 'd'

union all
select 'pg_constraint'::regclass, k.oid, 0, 'domain constraint',
       format('%s.%I', t.name, k.conname), 'pg_type'::regclass, t.oid, 0,
       jsonb_build_object('definition', pg_get_constraintdef(k.oid))::text,
       format('alter domain %s add constraint %I %s', t.name, k.conname,
              pg_get_constraintdef(k.oid)),
       format('alter domain %s drop constraint %I', t.name, k.conname),
       jsonb_build_object('domain', t.name, 'constraint', quote_ident(k.conname))::text
from own_type t
join pg_constraint k on k.contypid = t.oid and k.contype = 'c'

union all
select 'pg_type'::regclass, t.oid, 0, 'composite type', t.name, 0, 0, 0,
       jsonb_build_object('attributes', attributes.list)::text,
       format('create type %s as (%s)', t.name, attributes.list), 'drop type ' || t.name,
       jsonb_build_object('list', attributes.items::text, 'local', quote_ident(t.typname))::text
from own_type t
join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
cross join lateral (
    select coalesce(string_agg(item.text, ', ' order by item.attnum), '') as list,
           coalesce(jsonb_agg(jsonb_build_array(item.name, item.type) order by item.attnum),
                    '[]') as items
    from (
        select a.attnum, quote_ident(a.attname) as name, described.type,
               quote_ident(a.attname) || ' ' || described.type as text
        from pg_attribute a
        join pg_type at on at.oid = a.atttypid
        cross join lateral (
            select concat(format_type(a.atttypid, a.atttypmod), ' collate ' || (
                select format('%I.%I', n.nspname, l.collname)
                from pg_collation l
                join pg_namespace n on n.oid = l.collnamespace
                where l.oid = a.attcollation and a.attcollation <> at.typcollation)) as type
        ) described
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) item) attributes
where t.typtype = 'c'

union all
select 'pg_type'::regclass, t.oid, 0, 'range', t.name, 0, 0, 0,
       jsonb_build_object('options', options.list)::text,
       format('create type %s as range (%s)', t.name, options.list), 'drop type ' || t.name,
       jsonb_strip_nulls(jsonb_build_object(
           'local', quote_ident(t.typname),
           'multirange', nullif((to_jsonb(g) ->> 'rngmultitypid')::oid, 0)::regtype::text))::text
from own_type t
join pg_range g on g.rngtypid = t.oid
join pg_type sub on sub.oid = g.rngsubtype
join pg_opclass c on c.oid = g.rngsubopc
cross join lateral (
    select concat_ws(', ', 'subtype = ' || g.rngsubtype::regtype,
                     case when not c.opcdefault
                          then format('subtype_opclass = %s', c.opcname) end,
                     (select format('collation = %I.%I', n.nspname, l.collname)
                      from pg_collation l
                      join pg_namespace n on n.oid = l.collnamespace
                      where l.oid = g.rngcollation and g.rngcollation <> sub.typcollation),
                     case when g.rngsubdiff <> 0
                          then 'subtype_diff = ' || g.rngsubdiff::regproc end,
                     case when coalesce((to_jsonb(g) ->> 'rngmultitypid')::oid, 0) <> 0
                          then 'multirange_type_name = ' ||
                               ((to_jsonb(g) ->> 'rngmultitypid')::oid)::regtype end) as list
) options

union all
select 'pg_collation'::regclass, l.oid, 0, 'collation', format('%I.%I', s.nspname, l.collname),
       0, 0, 0,
       jsonb_build_object('options', options.list)::text,
       format('create collation %I.%I (%s)', s.nspname, l.collname, options.list),
       format('drop collation %I.%I', s.nspname, l.collname), '{}'
from pg_collation l
join user_schema s on s.oid = l.collnamespace
cross join lateral (
    select concat_ws(', ',
                     'provider = ' || case l.collprovider when 'i' then 'icu' when 'b'
                         then 'builtin' else 'libc' end,
                     case when locale.text is not null
                          then 'locale = ' || quote_literal(locale.text)
                          else format('lc_collate = %L, lc_ctype = %L', l.collcollate,
                                      l.collctype) end,
                     case when not l.collisdeterministic then 'deterministic = false' end) as list
    from (select coalesce(to_jsonb(l) ->> 'colliculocale', to_jsonb(l) ->> 'colllocale',
                          case when l.collprovider = 'i' then l.collcollate end) as text) locale
) options
where not exists (
    select from extension_object e
    where e.classid = 'pg_collation'::regclass and e.objid = l.oid)

union all
select 'pg_proc'::regclass, p.oid, 0, p.kind, p.name, 0, 0, 0,
       jsonb_build_object('definition', pg_get_functiondef(p.oid))::text,
       rtrim(pg_get_functiondef(p.oid), E'\n'), format('drop %s %s', p.kind, p.name),
       jsonb_build_object(
           'language', p.lanname, 'result', coalesce(pg_get_function_result(p.oid), ''),
           'arguments', pg_get_function_arguments(p.oid),
           'names', coalesce(array_to_string(p.proargnames, ', '), ''),
           'defaults', p.pronargdefaults::text)::text
from routine p
where p.prokind <> 'a'

union all
select 'pg_proc'::regclass, p.oid, 0, 'aggregate', p.name, 0, 0, 0,
       jsonb_build_object('options', options.list)::text,
       format('create aggregate %I.%I(%s) (%s)', s.nspname, p.proname,
              case when p.pronargs = 0 then '*' else pg_get_function_arguments(p.oid) end,
              options.list),
       format('drop aggregate %s', case when p.pronargs = 0
           then format('%I.%I(*)', s.nspname, p.proname) else p.name end), '{}'
from routine p
join user_schema s on s.oid = p.pronamespace
join pg_aggregate g on g.aggfnoid = p.oid
cross join lateral (
    select concat_ws(', ', 'sfunc = ' || g.aggtransfn::regproc,
                     'stype = ' || g.aggtranstype::regtype,
                     case when g.aggtransspace <> 0 then 'sspace = ' || g.aggtransspace end,
                     case when g.aggfinalfn <> 0 then 'finalfunc = ' || g.aggfinalfn::regproc end,
                     case when g.aggfinalextra then 'finalfunc_extra' end,
                     case when g.aggcombinefn <> 0
                          then 'combinefunc = ' || g.aggcombinefn::regproc end,
                     case when g.aggserialfn <> 0 then 'serialfunc = ' || g.aggserialfn::regproc end,
                     case when g.aggdeserialfn <> 0
                          then 'deserialfunc = ' || g.aggdeserialfn::regproc end,
                     'initcond = ' || quote_literal(g.agginitval),
                     case when g.aggmtransfn <> 0 then 'msfunc = ' || g.aggmtransfn::regproc end,
                     case when g.aggminvtransfn <> 0
                          then 'minvfunc = ' || g.aggminvtransfn::regproc end,
                     case when g.aggmtranstype <> 0
                          then 'mstype = ' || g.aggmtranstype::regtype end,
                     case when g.aggmfinalfn <> 0 then 'mfinalfunc = ' || g.aggmfinalfn::regproc end,
                     'minitcond = ' || quote_literal(g.aggminitval),
                     case when g.aggsortop <> 0
                          then 'sortop = operator(' || g.aggsortop::regoper || ')' end,
                     case p.proparallel when 's' then 'parallel = safe'
                                        when 'r' then 'parallel = restricted' end) as list
) options
where g.aggkind = 'n'

union all
select 'pg_cast'::regclass, c.oid, 0, 'cast', format('(%s as %s)', c.castsource::regtype,
                                                     c.casttarget::regtype), 0, 0, 0,
       jsonb_build_object('definition', definition.text)::text,
       format('create cast (%s as %s) %s', c.castsource::regtype, c.casttarget::regtype,
              definition.text),
       format('drop cast (%s as %s)', c.castsource::regtype, c.casttarget::regtype), '{}'
from pg_cast c
cross join lateral (
    select concat(case c.castmethod when 'f' then 'with function ' || c.castfunc::regprocedure
                                    when 'i' then 'with inout' else 'without function' end,
                  case c.castcontext when 'i' then ' as implicit'
                                     when 'a' then ' as assignment' end) as text) definition
where c.oid >= 16384
  and not exists (
      select from pg_depend d
      where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')
  and not exists (
      select from extension_object e
      where e.classid = 'pg_cast'::regclass and e.objid = c.oid)

union all
select 'pg_event_trigger'::regclass, v.oid, 0, 'event trigger', quote_ident(v.evtname), 0, 0, 0,
       jsonb_build_object('definition', definition.text, 'fires', v.evtenabled)::text,
       format('create event trigger %I %s', v.evtname, definition.text) ||
           case v.evtenabled
               when 'D' then format(E'\x1falter event trigger %I disable', v.evtname)
               when 'R' then format(E'\x1falter event trigger %I enable replica', v.evtname)
               when 'A' then format(E'\x1falter event trigger %I enable always', v.evtname)
               else '' end,
       'drop event trigger ' || quote_ident(v.evtname), '{}'
from pg_event_trigger v
cross join lateral (
    select concat('on ', v.evtevent,
                  ' when tag in (' || (
                      select string_agg(quote_literal(tag), ', ' order by tag)
                      from unnest(v.evttags) tag) || ')',
                  ' execute function ', v.evtfoid::regproc, '()') as text) definition
where not exists (
    select from extension_object e
    where e.classid = 'pg_event_trigger'::regclass and e.objid = v.oid)
order by kind, name
