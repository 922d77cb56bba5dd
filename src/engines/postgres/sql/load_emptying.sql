-- The tables $1 (oids): as SQL names them, whether their rows lie in partitions, and whether a table that is not
-- among them refers to them, so that they cannot be truncated.
select c.oid::regclass::text,
       c.relkind = 'p',
       exists (
           select from pg_constraint k
           where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> all ($1::oid[])
             and k.conparentid = 0)
from pg_class c
where c.oid = any ($1::oid[])
order by c.oid
