-- What the catalog itself tells about unsound objects: rule, severity, place, hint.
select 'invalid-index', 'error',
       format('index %s is invalid: queries do not use it, but writes pay for it', x.indexrelid::regclass),
       format('drop index concurrently %s, then make it again', x.indexrelid::regclass)
from pg_index x
join pg_class i on i.oid = x.indexrelid
where not (x.indisvalid and x.indisready and x.indislive)
  and i.relkind = 'i'
  and not exists (
      select from pg_stat_progress_create_index p
      where p.index_relid = x.indexrelid)

union all
select 'partitioned-index', 'warning',
       format('index %s lacks partitions, so it is invalid', x.indexrelid::regclass),
       'make the index on each partition and attach it'
from pg_index x
join pg_class i on i.oid = x.indexrelid
where not x.indisvalid
  and i.relkind = 'I'

union all
select 'unvalidated-constraint', 'warning',
       format('constraint %I of %s was never checked against the rows that were there before it',
              k.conname, k.conrelid::regclass),
       format('alter table %s validate constraint %I', k.conrelid::regclass, k.conname)
from pg_constraint k
join pg_namespace n on n.oid = k.connamespace
where not k.convalidated
  and k.conrelid <> 0
  and n.nspname !~ '^pg_'

union all
select 'detaching-partition', 'warning',
       format('partition %s is half detached', i.inhrelid::regclass),
       format('alter table %s detach partition %s finalize', i.inhparent::regclass,
              i.inhrelid::regclass)
from pg_inherits i
where i.inhdetachpending

union all
select 'checksum-failure', 'error',
       format('%s pages had wrong checksums, the last at %s', s.checksum_failures,
              s.checksum_last_failure),
       'the disk or memory damages data: back up what can be read, and look at the server''s log'
from pg_stat_database s
where s.datname = current_database()
  and s.checksum_failures > 0

union all
select 'prepared-transaction', 'warning',
       format('prepared transaction %L has been open since %s and holds its locks', p.gid,
              p.prepared),
       format('commit prepared %L, or rollback prepared %L', p.gid, p.gid)
from pg_prepared_xacts p
where p.database = current_database()
  and p.prepared < now() - interval '5 minutes'

order by 1, 3
