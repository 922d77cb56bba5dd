-- Indexes of the relations with the given oids ($1, an array); $2 whether sizes are asked for.
select x.indrelid,
       i.relname,
       c.relname,
       pg_get_indexdef(x.indexrelid),
       (select coalesce(json_agg(pg_get_indexdef(x.indexrelid, k, true) order by k), '[]')
        from generate_series(1, x.indnkeyatts::int) k),
       x.indisunique,
       x.indisprimary,
       x.indisvalid and x.indisready and x.indislive,
       case when $2::bool and i.relkind = 'i' then pg_relation_size(i.oid) else 0 end::int8
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
where x.indrelid = any ($1::oid[])
order by x.indrelid, i.relname collate "C"
