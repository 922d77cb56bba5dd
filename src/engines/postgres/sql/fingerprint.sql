-- One line for each thing that makes up the schema: what pg_dump --schema-only would tell, but for
-- owners, privileges and comments, which differ between environments. Oids and column numbers do
-- not occur, so that a restored database gives the same lines.
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
    select c.*, s.nspname
    from pg_class c
    join user_schema s on s.oid = c.relnamespace
    where c.relpersistence <> 't'
      and c.relkind in ('r', 'p', 'f', 'v', 'm', 'c', 'S')
      and not exists (
          select from extension_object e
          where e.classid = 'pg_class'::regclass and e.objid = c.oid)
),
line (kind, place, body) as (
    select 'schema', s.nspname::text, ''::text
    from user_schema s
    where not exists (
        select from extension_object e
        where e.classid = 'pg_namespace'::regclass and e.objid = s.oid)

    union all
    select 'extension', e.extname::text, n.nspname::text
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace

    union all
    select 'relation', r.oid::regclass::text,
           concat_ws(' ', r.relkind, r.relpersistence, r.relrowsecurity, r.relforcerowsecurity,
                     array_to_string(r.reloptions, ','),
                     case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
                     pg_get_expr(r.relpartbound, r.oid),
                     (select string_agg(i.inhparent::regclass::text, ',' order by i.inhseqno)
                      from pg_inherits i
                      where i.inhrelid = r.oid),
                     case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end)
    from relation r

    union all
    select 'column', r.oid::regclass::text,
           concat_ws(' ',
                     row_number() over (partition by a.attrelid order by a.attnum),
                     a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
                     (select n.nspname || '.' || l.collname
                      from pg_collation l
                      join pg_namespace n on n.oid = l.collnamespace
                      where l.oid = a.attcollation and a.attcollation <> t.typcollation))
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where r.relkind in ('r', 'p', 'f', 'c')

    union all
    select 'sequence', r.oid::regclass::text,
           concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
                     q.seqcache, q.seqcycle)
    from relation r
    join pg_sequence q on q.seqrelid = r.oid

    union all
    select 'constraint', r.oid::regclass::text,
           concat_ws(' ', k.conname, pg_get_constraintdef(k.oid), k.convalidated)
    from relation r
    join pg_constraint k on k.conrelid = r.oid and k.contype <> 't'

    union all
    select 'index', r.oid::regclass::text,
           concat_ws(' ', pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisreplident,
                     x.indisclustered)
    from relation r
    join pg_index x on x.indrelid = r.oid

    union all
    select 'trigger', r.oid::regclass::text,
           concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    from relation r
    join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal

    union all
    select 'rule', r.oid::regclass::text, concat_ws(' ', pg_get_ruledef(u.oid), u.ev_enabled)
    from relation r
    join pg_rewrite u on u.ev_class = r.oid and u.rulename <> '_RETURN'

    union all
    select 'policy', r.oid::regclass::text,
           concat_ws(' ', p.polname, p.polcmd, p.polpermissive,
                     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    from relation r
    join pg_policy p on p.polrelid = r.oid

    union all
    select 'statistics', s.nspname || '.' || x.stxname, pg_get_statisticsobjdef(x.oid)
    from pg_statistic_ext x
    join user_schema s on s.oid = x.stxnamespace

    union all
    select 'routine', p.oid::regprocedure::text,
           case
               when p.prokind <> 'a' then pg_get_functiondef(p.oid)
               else (
                   select concat_ws(' ', g.aggtransfn::regproc, g.aggtranstype::regtype,
                                    g.aggfinalfn::regproc, g.aggcombinefn::regproc, g.agginitval)
                   from pg_aggregate g
                   where g.aggfnoid = p.oid)
           end
    from pg_proc p
    join user_schema s on s.oid = p.pronamespace
    where not exists (
        select from extension_object e
        where e.classid = 'pg_proc'::regclass and e.objid = p.oid)

    union all
    select 'type', t.oid::regtype::text,
           concat_ws(' ', t.typtype, format_type(nullif(t.typbasetype, 0), t.typtypmod),
                     t.typnotnull, t.typdefault,
                     (select string_agg(quote_literal(l.enumlabel), ',' order by l.enumsortorder)
                      from pg_enum l
                      where l.enumtypid = t.oid),
                     (select string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ','
                                        order by k.conname)
                      from pg_constraint k
                      where k.contypid = t.oid),
                     (select g.rngsubtype::regtype::text
                      from pg_range g
                      where g.rngtypid = t.oid))
    from pg_type t
    join user_schema s on s.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'r')
      and not exists (
          select from extension_object e
          where e.classid = 'pg_type'::regclass and e.objid = t.oid)

    union all
    select 'event trigger', v.evtname::text,
           concat_ws(' ', v.evtevent, v.evtfoid::regproc, v.evtenabled,
                     array_to_string(v.evttags, ','))
    from pg_event_trigger v
    where not exists (
        select from extension_object e
        where e.classid = 'pg_event_trigger'::regclass and e.objid = v.oid)
)
-- A list of varchars compared with a varchar is written one way when it was parsed from a query and
-- another when it was parsed from what PostgreSQL wrote (as by a restore): both become one here.
select kind || ' ' || place || ' ' || coalesce(
    case when kind = 'routine' then body
         else regexp_replace(
             regexp_replace(
                 body,
                 '\((''(?:[^'']|'''')*''::character varying(?:\([0-9]+\))?)\)::text', '\1', 'g'),
             '\((ARRAY\[[^]]*\])\)::text\[\]', '\1', 'g')
    end, '') collate "C"
from line
order by 1
