-- Keys that can be built as a unique index first: those of plain tables (leaf partitions too) whose
-- index is an ordinary one.
select n.nspname, c.relname, k.conname, pg_get_indexdef(k.conindid),
       case k.contype when 'p' then 'primary key' else 'unique' end
       || ' using index ' || quote_ident(i.relname)
       || case when k.condeferrable then ' deferrable' else '' end
       || case when k.condeferred then ' initially deferred' else '' end
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class i on i.oid = k.conindid
join pg_index x on x.indexrelid = k.conindid
join pg_am a on a.oid = i.relam
where k.contype in ('p', 'u')
  and c.relkind = 'r'
  and i.relkind = 'i'
  and x.indisunique
  and x.indisvalid
  and a.amname = 'btree'
