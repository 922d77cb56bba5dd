-- Tables of users: $1 schema ('' all), $2 table ('' all), $3 Keel's own too, $4 sizes.
select c.oid,
       n.nspname,
       c.relname,
       c.relkind,
       c.relispartition,
       concat_ws('; ',
           case c.relpersistence when 'u' then 'unlogged' end,
           case when c.relkind = 'p' then 'partition by ' || pg_get_partkeydef(c.oid) end,
           case when c.relispartition then 'partition of ' || (
               select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid)
               || ' ' || pg_get_expr(c.relpartbound, c.oid) end,
           (select 'inherits ' || string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
            from pg_inherits i
            where i.inhrelid = c.oid and not c.relispartition
            having count(*) > 0),
           'with (' || array_to_string(c.reloptions, ', ') || ')',
           case when c.relrowsecurity then 'row level security' end,
           case when c.relforcerowsecurity then 'force row level security' end),
       coalesce(obj_description(c.oid, 'pg_class'), ''),
       case
           when c.relkind <> 'p' then c.reltuples
           else (
               select sum(leaf.reltuples)
               from pg_partition_tree(c.oid) tree
               join pg_class leaf on leaf.oid = tree.relid
               where tree.isleaf
               having min(leaf.reltuples) >= 0)
       end::int8,
       case
           when not $4::bool then 0
           when c.relkind <> 'p' then pg_total_relation_size(c.oid)
           else coalesce((
               select sum(pg_total_relation_size(tree.relid))
               from pg_partition_tree(c.oid) tree
               where tree.isleaf), 0)
       end::int8
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f')
  and c.relpersistence <> 't'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and ($1 = '' or n.nspname = $1)
  and ($2 = '' or c.relname = $2)
  and ($3::bool or n.nspname <> 'keel')
  and not exists (
      select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname collate "C", c.relname collate "C"
