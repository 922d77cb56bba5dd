-- Triggers of the relations with the given oids ($1, an array).
select t.tgrelid,
       t.tgname,
       c.relname,
       pg_get_triggerdef(t.oid),
       t.tgenabled <> 'D'
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where t.tgrelid = any ($1::oid[])
  and not t.tgisinternal
order by t.tgrelid, t.tgname collate "C"
