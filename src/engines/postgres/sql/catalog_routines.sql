-- Functions, procedures and aggregates: $1 schema ('' all), $2 Keel's own too.
select n.nspname,
       p.proname,
       p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
       case
           when p.prokind <> 'a' then pg_get_functiondef(p.oid)
           else (
               select format('sfunc = %s, stype = %s, finalfunc = %s, initcond = %L',
                             g.aggtransfn::regproc, g.aggtranstype::regtype,
                             g.aggfinalfn::regproc, g.agginitval)
               from pg_aggregate g
               where g.aggfnoid = p.oid)
       end
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and ($1 = '' or n.nspname = $1)
  and ($2::bool or n.nspname <> 'keel')
  and not exists (
      select from pg_depend d
      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
order by n.nspname collate "C", p.proname collate "C",
         pg_get_function_identity_arguments(p.oid) collate "C"
