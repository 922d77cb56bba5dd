-- Columns of the tables with the given oids ($1, an array).
select a.attrelid,
       a.attname,
       format_type(a.atttypid, a.atttypmod),
       not a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid),
       case
           when a.attidentity = 'a' then 'identity always'
           when a.attidentity = 'd' then 'identity by default'
           when a.attgenerated = 's' then 'stored'
           when a.attgenerated = 'v' then 'virtual'
           else ''
       end,
       coalesce((
           select quote_ident(n.nspname) || '.' || quote_ident(l.collname)
           from pg_collation l
           join pg_namespace n on n.oid = l.collnamespace
           where l.oid = a.attcollation and a.attcollation <> t.typcollation), ''),
       a.attnum
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = any ($1::oid[])
  and a.attnum > 0
  and not a.attisdropped
order by a.attrelid, a.attnum
