-- What the examples of these pages are written for, on SQLite.
create table users (id integer primary key, email text not null, nickname text);
create table orders (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    total real not null
);
create index orders_user_id on orders (user_id);
create table notes (id integer primary key, body text not null);
create index notes_body on notes (body);
