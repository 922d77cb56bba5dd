-- Tables, columns and what hangs on them, an object a row: address, kind, name, address of the
-- owner, facts (JSON), what makes it, what drops it, details (JSON).
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
relation as (
    select c.*, c.oid::regclass::text as name,
           (select i.inhparent from pg_inherits i where i.inhrelid = c.oid and c.relispartition)
               as partition_parent
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relpersistence <> 't'
      and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and not exists (
          select from extension_object e
          where e.classid = 'pg_class'::regclass and e.objid = c.oid)
),
own_column as (
    select a.*, r.name as relation, r.relkind, format('%s.%I', r.name, a.attname) as name,
           d.oid as default_oid, pg_get_expr(d.adbin, d.adrelid) as expression
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
),
object (classid, objid, subid, kind, name, owner_class, owner_id, owner_sub, facts, make, undo,
        details) as (
    select 'pg_class'::regclass::oid, r.oid, 0, 'table', r.name, 0::oid, 0::oid, 0,
           jsonb_build_object(
               'kind', case r.relkind when 'p' then 'partitioned' else 'table' end,
               'persistence', case r.relpersistence when 'u' then 'unlogged' end,
               'partition by', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
               'options', array_to_string(r.reloptions, ', '),
               'access method', (
                   select m.amname from pg_am m where m.oid = r.relam and m.amname <> 'heap'),
               'of type', case when r.reloftype <> 0 then r.reloftype::regtype::text end,
               'partition of', r.partition_parent::regclass::text,
               'bound', pg_get_expr(r.relpartbound, r.oid),
               'inherits', (
                   select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
                   from pg_inherits i
                   where i.inhrelid = r.oid and not r.relispartition)),
           '', 'drop table ' || r.name,
           '{}'::jsonb
    from relation r
    where r.relkind in ('r', 'p')

    union all
    select 'pg_class'::regclass, a.attrelid, a.attnum, 'column', a.name, 'pg_class'::regclass,
           a.attrelid, 0,
           jsonb_build_object(
               'type', format_type(a.atttypid, a.atttypmod),
               'collation', (
                   select format('%I.%I', n.nspname, l.collname)
                   from pg_collation l
                   join pg_namespace n on n.oid = l.collnamespace
                   where l.oid = a.attcollation and a.attcollation <> t.typcollation),
               'not null', case when a.attnotnull then 'yes' end,
               'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
               'sequence', (
                   select format('start with %s increment by %s minvalue %s maxvalue %s cache %s%s',
                                 q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                                 case when q.seqcycle then ' cycle' else ' no cycle' end)
                   from pg_depend d
                   join pg_sequence q on q.seqrelid = d.objid
                   where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                     and d.refobjid = a.attrelid and d.refobjsubid = a.attnum and d.deptype = 'i'),
               'generated', case a.attgenerated when 's' then a.expression || ' stored'
                                                when 'v' then a.expression || ' virtual' end,
               'storage', case when a.attstorage <> t.typstorage then
                   case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                     when 'm' then 'main' else 'extended' end end,
               'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
               'statistics', nullif(a.attstattarget, -1),
               -- From 15.20 on the server keeps a mark of its own there, pg_attver, which pg_dump leaves out too.
               'options', (
                   select string_agg(u.option, ', ' order by u.place)
                   from unnest(a.attoptions) with ordinality u (option, place)
                   where u.option not like 'pg\_%')),
           '', format('alter table %s drop column %I', a.relation, a.attname),
           jsonb_build_object('table', a.relation, 'column', quote_ident(a.attname),
                              'position', a.attnum::text,
                              'local', case when a.attislocal then 'yes' end,
                              'enum', case when exists (
                                      select from pg_type e
                                      where e.typtype = 'e' and e.oid in (t.oid, t.typelem))
                                  then 'yes' end)
    from own_column a
    join pg_type t on t.oid = a.atttypid
    where a.relkind in ('r', 'p')
      and not exists (select from relation r where r.oid = a.attrelid and r.relispartition)
      and (a.attislocal or a.attinhcount = 0)

    union all
    select 'pg_attrdef'::regclass, a.default_oid, 0, 'default', a.name, 'pg_class'::regclass,
           a.attrelid, a.attnum::int,
           jsonb_build_object('expression', a.expression),
           format('alter %s %s alter column %I set default %s',
                  case a.relkind when 'v' then 'view' else 'table' end, a.relation, a.attname,
                  a.expression),
           format('alter %s %s alter column %I drop default',
                  case a.relkind when 'v' then 'view' else 'table' end, a.relation, a.attname),
           jsonb_build_object('table', a.relation, 'column', quote_ident(a.attname))
    from own_column a
    where a.default_oid is not null and a.attgenerated = ''
      -- A partition's or child's default that is its parent's came from there.
      and not exists (
          select from pg_inherits i
          join pg_attribute p on p.attrelid = i.inhparent and p.attname = a.attname
          join pg_attrdef d on d.adrelid = p.attrelid and d.adnum = p.attnum
          where i.inhrelid = a.attrelid and pg_get_expr(d.adbin, d.adrelid) = a.expression)

    union all
    select 'pg_constraint'::regclass, k.oid, 0,
           case k.contype when 'p' then 'primary key' when 'u' then 'unique constraint'
                          when 'f' then 'foreign key' when 'x' then 'exclusion constraint'
                          else 'check constraint' end,
           format('%s.%I', r.name, k.conname), 'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('definition', pg_get_constraintdef(k.oid)),
           format('alter table %s add constraint %I %s', r.name, k.conname,
                  pg_get_constraintdef(k.oid)),
           format('alter table %s drop constraint %I', r.name, k.conname),
           jsonb_build_object(
               'table', r.name, 'constraint', quote_ident(k.conname),
               'references', case when k.confrelid <> 0 then k.confrelid::regclass::text end,
               'index', pg_get_indexdef(nullif(k.conindid, 0)),
               'deferrable', case when k.condeferrable then 'yes' end)
    from relation r
    join pg_constraint k on k.conrelid = r.oid and k.contype in ('p', 'u', 'f', 'x', 'c')
    where k.conparentid = 0 and k.conislocal
      and not (r.relispartition and k.contype = 'c' and k.coninhcount > 0)

    union all
    select 'pg_class'::regclass, x.indexrelid, 0, 'index', x.indexrelid::regclass::text,
           'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('definition',
                              replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON '),
                              'state', case when not x.indisvalid and r.relkind <> 'p'
                                            then 'invalid' end),
           replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON '),
           'drop index ' || x.indexrelid::regclass,
           jsonb_build_object('table', r.name,
                              'partitioned', case when r.relkind = 'p' then 'yes' end,
                              'unique', case when x.indisunique then 'yes' end)
    from relation r
    join pg_index x on x.indrelid = r.oid
    where not exists (select from pg_constraint k where k.conindid = x.indexrelid
                      and k.contype in ('p', 'u', 'x'))
      and not exists (select from pg_inherits i where i.inhrelid = x.indexrelid)

    union all
    select 'pg_class'::regclass, x.indexrelid, -1, 'cluster mark', r.name, 'pg_class'::regclass,
           r.oid, 0, jsonb_build_object('index', i.relname),
           format('alter table %s cluster on %I', r.name, i.relname),
           format('alter table %s set without cluster', r.name), '{}'
    from relation r
    join pg_index x on x.indrelid = r.oid and x.indisclustered
    join pg_class i on i.oid = x.indexrelid

    union all
    select 'pg_class'::regclass, r.oid, -2, 'replica identity', r.name, 'pg_class'::regclass,
           r.oid, 0, jsonb_build_object('identity', r.relreplident, 'index', i.relname),
           format('alter table %s replica identity %s', r.name,
                  case r.relreplident when 'f' then 'full' when 'n' then 'nothing'
                                      else format('using index %I', i.relname) end),
           format('alter table %s replica identity default', r.name),
           '{}'
    from relation r
    left join pg_index x on x.indrelid = r.oid and x.indisreplident and r.relreplident = 'i'
    left join pg_class i on i.oid = x.indexrelid
    where r.relkind in ('r', 'p') and r.relreplident <> 'd'
      and (r.relreplident <> 'i' or i.oid is not null)

    union all
    select 'pg_class'::regclass, r.oid, -3, 'row security', r.name, 'pg_class'::regclass,
           r.oid, 0,
           jsonb_build_object('enabled', r.relrowsecurity, 'forced', r.relforcerowsecurity),
           format(E'alter table %s %s row level security\x1falter table %s %s row level security',
                  r.name, case when r.relrowsecurity then 'enable' else 'disable' end,
                  r.name, case when r.relforcerowsecurity then 'force' else 'no force' end),
           format(E'alter table %s disable row level security\x1f'
                  'alter table %s no force row level security', r.name, r.name),
           '{}'
    from relation r
    where r.relrowsecurity or r.relforcerowsecurity

    union all
    select 'pg_trigger'::regclass, t.oid, 0, 'trigger', format('%s.%I', r.name, t.tgname),
           'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'fires',
                              case t.tgenabled when 'D' then 'never' when 'R' then 'on replicas'
                                               when 'A' then 'always' end),
           pg_get_triggerdef(t.oid) ||
               case t.tgenabled
                   when 'D' then format(E'\x1falter table %s disable trigger %I', r.name, t.tgname)
                   when 'R' then format(E'\x1falter table %s enable replica trigger %I', r.name,
                                        t.tgname)
                   when 'A' then format(E'\x1falter table %s enable always trigger %I', r.name,
                                        t.tgname)
                   else '' end,
           format('drop trigger %I on %s', t.tgname, r.name),
           jsonb_build_object('table', r.name)
    from relation r
    join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    where coalesce((to_jsonb(t) ->> 'tgparentid')::oid, 0) = 0

    union all
    select 'pg_rewrite'::regclass, u.oid, 0, 'rule', format('%s.%I', r.name, u.rulename),
           'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('definition', pg_get_ruledef(u.oid), 'fires',
                              case u.ev_enabled when 'D' then 'never' when 'R' then 'on replicas'
                                                when 'A' then 'always' end),
           rtrim(pg_get_ruledef(u.oid), ';') ||
               case u.ev_enabled
                   when 'D' then format(E'\x1falter table %s disable rule %I', r.name, u.rulename)
                   when 'R' then format(E'\x1falter table %s enable replica rule %I', r.name,
                                        u.rulename)
                   when 'A' then format(E'\x1falter table %s enable always rule %I', r.name,
                                        u.rulename)
                   else '' end,
           format('drop rule %I on %s', u.rulename, r.name), '{}'
    from relation r
    join pg_rewrite u on u.ev_class = r.oid and u.rulename <> '_RETURN'

    union all
    select 'pg_policy'::regclass, p.oid, 0, 'policy', format('%s.%I', r.name, p.polname),
           'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('command', p.polcmd,
                              'kind', case when not p.polpermissive then 'restrictive' end,
                              'roles', roles.list,
                              'using', pg_get_expr(p.polqual, p.polrelid),
                              'check', pg_get_expr(p.polwithcheck, p.polrelid)),
           concat(format('create policy %I on %s', p.polname, r.name),
                  case when not p.polpermissive then ' as restrictive' end,
                  case p.polcmd when 'r' then ' for select' when 'a' then ' for insert'
                                when 'w' then ' for update' when 'd' then ' for delete' end,
                  ' to ' || roles.list,
                  ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
                  ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
           format('drop policy %I on %s', p.polname, r.name), '{}'
    from relation r
    join pg_policy p on p.polrelid = r.oid
    cross join lateral (
        select coalesce(string_agg(quote_ident(g.rolname), ', ' order by g.rolname),
                        'public') as list
        from pg_roles g
        where g.oid = any (p.polroles)) roles

    union all
    select 'pg_class'::regclass, r.oid, 0,
           case r.relkind when 'v' then 'view' else 'materialized view' end, r.name, 0, 0, 0,
           jsonb_build_object('definition', rtrim(pg_get_viewdef(r.oid), ';'),
                              'options', array_to_string(r.reloptions, ', ')),
           concat('create ', case r.relkind when 'v' then 'view ' else 'materialized view ' end,
                  r.name, ' with (' || array_to_string(r.reloptions, ', ') || ')', E' as\n',
                  rtrim(pg_get_viewdef(r.oid), ';')),
           concat('drop ', case r.relkind when 'v' then 'view ' else 'materialized view ' end,
                  r.name),
           jsonb_build_object('columns', (
               select string_agg(quote_ident(a.attname) || ' ' ||
                                 format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
               from pg_attribute a
               where a.attrelid = r.oid and a.attnum > 0))
    from relation r
    where r.relkind in ('v', 'm')

    union all
    select 'pg_class'::regclass, r.oid, 0, 'sequence', r.name, 0, 0, 0,
           jsonb_build_object('type', q.seqtypid::regtype, 'start', q.seqstart,
                              'increment', q.seqincrement, 'minimum', q.seqmin,
                              'maximum', q.seqmax, 'cache', q.seqcache, 'cycle', q.seqcycle,
                              'persistence', case r.relpersistence when 'u' then 'unlogged' end),
           format('create %ssequence %s as %s start with %s increment by %s minvalue %s '
                  'maxvalue %s cache %s%s', case r.relpersistence when 'u' then 'unlogged ' end,
                  r.name, q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
                  q.seqcache, case when q.seqcycle then ' cycle' end),
           'drop sequence ' || r.name,
           jsonb_build_object('options', format(
               'as %s start with %s increment by %s minvalue %s maxvalue %s cache %s%s',
               q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
               case when q.seqcycle then ' cycle' else ' no cycle' end))
    from relation r
    join pg_sequence q on q.seqrelid = r.oid
    where r.relkind = 'S'
      and not exists (
          select from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'i')

    union all
    select 'pg_class'::regclass, r.oid, -4, 'sequence owner', r.name, 'pg_class'::regclass, r.oid,
           0, jsonb_build_object('column', format('%s.%I', d.refobjid::regclass, a.attname)),
           format('alter sequence %s owned by %s.%I', r.name, d.refobjid::regclass, a.attname),
           format('alter sequence %s owned by none', r.name),
           jsonb_build_object('table', d.refobjid::regclass::text)
    from relation r
    join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid
                    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
                    and d.deptype = 'a'
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where r.relkind = 'S'

    union all
    select 'pg_statistic_ext'::regclass, x.oid, 0, 'statistics',
           format('%I.%I', s.nspname, x.stxname), 'pg_class'::regclass, r.oid, 0,
           jsonb_build_object('definition', pg_get_statisticsobjdef(x.oid)),
           pg_get_statisticsobjdef(x.oid),
           format('drop statistics %I.%I', s.nspname, x.stxname), '{}'
    from pg_statistic_ext x
    join user_schema s on s.oid = x.stxnamespace
    join relation r on r.oid = x.stxrelid
)
-- Lists of varchars are written one way when parsed from a query and another when parsed from what
-- PostgreSQL wrote: both become one here.
select classid, objid, subid, kind, name, owner_class, owner_id, owner_sub,
       regexp_replace(
           regexp_replace(jsonb_strip_nulls(facts)::text,
                          '\((''(?:[^'']|'''')*''::character varying(?:\([0-9]+\))?)\)::text',
                          '\1', 'g'),
           '\((ARRAY\[[^]]*\])\)::text\[\]', '\1', 'g'),
       make, undo, jsonb_strip_nulls(details)::text
from object
order by kind, name collate "C"
