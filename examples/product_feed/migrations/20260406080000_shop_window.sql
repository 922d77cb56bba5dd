-- What the shop shows: active products with their price of today and what can be sold of them.

-- migrate:up
create view shop_window as
select
    p.id,
    p.sku,
    p.name,
    b.name as brand,
    c.name as category,
    (
        select r.amount_cents
        from prices r
        where r.product_id = p.id and r.currency = 'EUR' and r.valid_from <= current_timestamp
        order by r.valid_from desc
        limit 1
    ) as price_cents,
    (select coalesce(sum(s.quantity - s.reserved), 0) from stock s where s.product_id = p.id) as available
from products p
join brands b on b.id = p.brand_id
join categories c on c.id = p.category_id
where p.active;

-- migrate:down
drop view shop_window;
