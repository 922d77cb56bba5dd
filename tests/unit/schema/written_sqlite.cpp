#include "written.hpp"

namespace keel::test {

const std::vector<std::string>& written_schemas_of_sqlite() {
    static const std::vector<std::string> schemas = {
        "",
        R"sql(
create table users (id integer primary key, email text not null unique, name text default 'x');
create table orders (id integer primary key autoincrement, user_id integer references users (id),
    total numeric check (total >= 0), note text);
create index orders_by_user on orders (user_id);
create view rich as select u.id, sum(o.total) as total from users u join orders o on o.user_id = u.id
    group by u.id;
create trigger counted after insert on orders begin update users set name = 'y' where id = new.user_id; end;
)sql",
        R"sql(
create table users (id integer primary key, name text default 'x', email text not null collate nocase,
    born date, constraint once unique (email));
create table orders (id integer primary key autoincrement, user_id integer not null
    references users (id) on delete cascade, total numeric check (total >= 0), "note; x" text,
    twice generated always as (total * 2) virtual);
create index orders_by_user on orders (user_id, total desc) where total > 0;
create view rich as select u.id, sum(o.total) as total from users u join orders o on o.user_id = u.id
    group by u.id;
create view richest as select * from rich where total > 5;
create trigger counted after insert on orders begin update users set name = 'z' where id = new.user_id; end;
create trigger instead instead of insert on rich begin insert into users (email) values ('a'); end;
)sql",
        R"sql(
create table users (id integer primary key, email text not null unique, name text default 'x',
    age integer, nick text not null default '');
create table orders (id integer primary key autoincrement, user_id integer references users (id),
    total numeric check (total >= 0));
create table log (at text, line text);
create index log_at on log (at);
)sql",
        R"sql(
create table users (email text primary key, name blob) without rowid, strict;
create table "Odd ""name""" (a int, b int, c int, primary key (a, b) on conflict replace,
    foreign key (c) references users (email) deferrable initially deferred);
create virtual table notes using fts5 (title, body);
create index odd on "Odd ""name""" (b, lower(c));
)sql",
        R"sql(
create table users (email text primary key, name text, id integer) without rowid;
create table "Odd ""name""" (a int, b int, primary key (b, a));
create virtual table notes using fts5 (title, body, author);
create table log (at text, line text not null, level integer not null default 3);
create trigger noted after insert on log begin select 1; select 'end;'; end;
)sql",
    };
    return schemas;
}

}  // namespace keel::test
