-- Sequences that belong to a column, or that its default takes values from, of the tables $1 (oids; null: all of
-- users'): schema, table, column, the sequence as SQL names it, its step and its first value.
with owned (sequence, relation, attribute) as (
    select d.objid, d.refobjid, d.refobjsubid
    from pg_depend d
    where d.classid = 'pg_class'::regclass
      and d.refclassid = 'pg_class'::regclass
      and d.deptype in ('a', 'i')
      and d.refobjsubid > 0
    union
    select d.refobjid, f.adrelid, f.adnum
    from pg_depend d
    join pg_attrdef f on f.oid = d.objid
    where d.classid = 'pg_attrdef'::regclass
      and d.refclassid = 'pg_class'::regclass
)
select n.nspname, c.relname, a.attname, s.seqrelid::regclass::text, s.seqincrement, s.seqstart
from owned o
join pg_sequence s on s.seqrelid = o.sequence
join pg_class c on c.oid = o.relation
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = o.attribute
where n.nspname not in ('keel', 'pg_catalog')
  and ($1::oid[] is null or c.oid = any ($1::oid[]))
order by n.nspname collate "C", c.relname collate "C", a.attnum
