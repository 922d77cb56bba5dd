-- What belongs to the database named $1 as a whole, as one JSON object.
select json_build_object(
    'name', d.datname,
    'owner', pg_get_userbyid(d.datdba),
    'encoding', pg_encoding_to_char(d.encoding),
    'collate', d.datcollate,
    'ctype', d.datctype,
    'provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
    'icu_locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
    'icu_rules', to_jsonb(d) ->> 'daticurules',
    'connection_limit', d.datconnlimit,
    'allows_connections', d.datallowconn,
    'is_template', d.datistemplate,
    'comment', shobj_description(d.oid, 'pg_database'),
    'privileges', (
        select coalesce(json_agg(json_build_object(
            'grantee', case when a.grantee = 0 then '' else pg_get_userbyid(a.grantee) end,
            'privilege', a.privilege_type,
            'grantable', a.is_grantable)), '[]')
        from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a),
    'settings', (
        select coalesce(json_agg(json_build_object(
            'role', case when s.setrole = 0 then '' else pg_get_userbyid(s.setrole) end,
            'setting', one.setting)), '[]')
        from pg_db_role_setting s
        cross join unnest(s.setconfig) one (setting)
        where s.setdatabase = d.oid))
from pg_catalog.pg_database d
where d.datname = $1
