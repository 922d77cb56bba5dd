-- This very server and no copy of it, as far as a session can tell; nothing on a standby, which
-- cannot make databases.
select s.system_identifier || ' ' || extract(epoch from pg_postmaster_start_time())
       || ' ' || current_setting('port')
from pg_control_system() s
where not pg_is_in_recovery()
