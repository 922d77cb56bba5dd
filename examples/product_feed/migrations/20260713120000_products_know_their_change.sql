-- Whoever changes a product, updated_at tells when.

-- migrate:up engine:postgres
create function products_touch() returns trigger language plpgsql as $touch$
begin
    new.updated_at := current_timestamp;
    return new;
end;
$touch$;

create trigger products_touch
before update on products
for each row when (old.* is distinct from new.*)
execute function products_touch();

-- migrate:up engine:sqlite
create trigger products_touch
after update of sku, name, description, brand_id, category_id, active on products
begin
    update products set updated_at = current_timestamp where id = new.id;
end;

-- migrate:down engine:postgres
drop trigger products_touch on products;
drop function products_touch();

-- migrate:down engine:sqlite
drop trigger products_touch;
