-- Triggers of users' on the tables $1 (oids), and rows' foreign keys from or to them, parents of partitions first:
-- what would react to rows that are loaded. $2: this session acts as a replica, so that only what is enabled for
-- replicas reacts, and no foreign key. The statement that takes it away, and the one that brings it back.
select format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname),
       format('alter table %s enable %s trigger %I', t.tgrelid::regclass,
              case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname),
       t.oid::int8 as place
from pg_trigger t
where t.tgrelid = any ($1::oid[])
  and not t.tgisinternal
  and (t.tgenabled in ('A', 'R') or (t.tgenabled = 'O' and not $2::bool))
union all
select format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
       format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
       || coalesce(format(E'\x1fcomment on constraint %I on %s is %L', k.conname, k.conrelid::regclass,
                          obj_description(k.oid, 'pg_constraint')), ''),
       k.oid::int8
from pg_constraint k
where k.contype = 'f'
  and k.conparentid = 0
  and not $2::bool
  and (k.conrelid = any ($1::oid[]) or k.confrelid = any ($1::oid[]))
order by place
