-- migrate:up
alter table products add column reorder_below integer not null default 5;

update products
set reorder_below = 20
where id in (
    select product_id
    from order_items
    group by product_id
    having sum(quantity) > 25
);

create view stock_to_reorder as
select p.sku, p.name, p.reorder_below, sum(s.quantity - s.reserved) as available
from products p
join stock s on s.product_id = p.id
where p.active
group by p.id, p.sku, p.name, p.reorder_below
having sum(s.quantity - s.reserved) < p.reorder_below;

-- migrate:verify
select count(*) = 0 from products where reorder_below < 0;

-- migrate:down
drop view stock_to_reorder;
alter table products drop column reorder_below;
