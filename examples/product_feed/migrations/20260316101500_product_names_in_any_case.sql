-- migrate:up
create index products_by_lower_name on products (lower(name));

-- migrate:down
drop index products_by_lower_name;
