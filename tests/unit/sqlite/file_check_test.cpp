#include "engines/sqlite/file_check.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <random>
#include <span>

#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/page_use.hpp"
#include "support.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t page_size = 512;

/// Tables with and without row numbers, an index, cells that go on in other pages, free pages.
void fill(Connection& connection) {
    for (const auto* statement :
         {"pragma journal_mode = delete", "pragma page_size = 512", "vacuum",
          "create table plain (id integer primary key, a text not null, b integer)",
          "create index plain_b on plain (b, a)",
          "create table \"with 'quotes'\" (k text primary key, v text) without rowid",
          "create table wide (id integer primary key, body blob)",
          "create table gone (id integer primary key, pad text)",
          "with recursive n (i) as (select 1 union all select i + 1 from n where i < 6000) insert "
          "into plain select i, 'text ' || i, i * 7919 % 1000 from n",
          "with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000) insert "
          "into \"with 'quotes'\" select i || '/', hex(zeroblob(i % 300)) from n",
          "with recursive n (i) as (select 1 union all select i + 1 from n where i < 300) insert "
          "into wide select i, zeroblob(i * 7) from n",
          "with recursive n (i) as (select 1 union all select i + 1 from n where i < 900) insert "
          "into gone select i, hex(zeroblob(100)) from n",
          "delete from gone where id > 20"})
        connection.query_text(statement);
}

/// The file as it is read while it is restored.
LeafCells look_at(const std::string& bytes) {
    LeafCells leaves(static_cast<std::uint32_t>(bytes.size() / page_size),
                     LeafCells::LookFor::overflows);
    const auto all = std::as_bytes(std::span(bytes));
    for (std::size_t at = 0; at < bytes.size(); at += page_size)
        leaves.see(static_cast<std::uint32_t>(at / page_size) + 1, all.subspan(at, page_size));
    return leaves;
}

struct Checked : Place {
    std::string bytes;
    QuietContext quiet;

    Checked() {
        fill(*connect());
        bytes = read_file(file("app.db"), 64 << 20);
        REQUIRE(bytes.size() / page_size > 2048);
    }

    bool is_sound(const std::string& image, bool is_parted) const {
        std::ofstream(file("other.db"), std::ios::binary) << image;
        const auto leaves = look_at(image);
        return !error_of([&] {
            SqliteConnection connection(private_file(file("other.db")));
            if (!is_parted) return check_damage(connection);
            const auto pages = PageSnapshot::take(connection);
            check_file(file("other.db"), connection, *pages, &leaves, quiet.context);
        });
    }

    bool is_whole(const std::string& image) const {
        const auto leaves = look_at(image);
        const TreePages pages{.count = static_cast<std::uint32_t>(image.size() / page_size),
                              .size = page_size,
                              .read =
                                  [&](std::uint32_t page, std::span<std::byte> to) {
                                      const auto all = std::as_bytes(std::span(image));
                                      const auto from =
                                          all.subspan((page - 1) * page_size, page_size);
                                      std::ranges::copy(from, to.begin());
                                  },
                              .leaves = &leaves};
        PageUse use(pages);
        use.add_tree(1);
        connect(true)->query(
            "select rootpage from sqlite_schema where rootpage > 0", {},
            [&](const Row& row) { use.add_tree(static_cast<std::uint32_t>(row.integer(0))); });
        use.add_rest();
        return use.is_whole();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Checked, "every page of a sound file is found to be used once") {
    CHECK(is_whole(bytes));
    CHECK(is_sound(bytes, true));
}

TEST_CASE_FIXTURE(Checked, "a page that belongs to nothing is found though no table has it") {
    auto image = bytes;
    image.append(page_size, '\0');
    constexpr std::size_t count_at = 28;
    const auto count = static_cast<std::uint32_t>(image.size() / page_size);
    for (std::size_t i = 0; i < 4; ++i)
        image[count_at + i] = static_cast<char>(count >> (8 * (3 - i)) & 0xff);
    CHECK_FALSE(is_whole(image));
    CHECK_FALSE(is_sound(image, true));
}

TEST_CASE_FIXTURE(Checked, "two tables that share their pages are found though each is sound") {
    const auto connection = connect();
    connection->execute("create table twin (id integer primary key, pad text)");
    // What SQLite defends itself against, on the file itself.
    auto image = read_file(file("app.db"), 64 << 20);
    const auto root =
        connection->query_integer("select rootpage from sqlite_schema where name = 'gone'");
    const auto twin =
        connection->query_integer("select rootpage from sqlite_schema where name = 'twin'");
    const auto from = static_cast<std::size_t>(root - 1) * page_size;
    const auto to = static_cast<std::size_t>(twin - 1) * page_size;
    image.replace(to, page_size, image, from, page_size);
    CHECK_FALSE(is_whole(image));
    CHECK_FALSE(is_sound(image, true));
}

TEST_CASE_FIXTURE(Checked, "table by table says of damaged files what a check of the whole says") {
    std::mt19937 random(7);
    int damaged = 0;
    for (int attempt = 0; attempt < 80; ++attempt) {
        auto image = bytes;
        // Heads of pages, where the structure is, more often than their rows.
        const std::size_t page = random() % (bytes.size() / page_size);
        const std::size_t within = attempt % 3 == 0 ? random() % page_size : random() % 24;
        image[page * page_size + within] ^= static_cast<char>(1 << random() % 8);
        const bool expected = is_sound(image, false);
        damaged += expected ? 0 : 1;
        INFO("page ", page + 1, ", byte ", within);
        CHECK(is_sound(image, true) == expected);
    }
    CHECK(damaged > 12);
}

}  // namespace keel::sqlite
