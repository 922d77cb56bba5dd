#include "engines/sqlite/file_check.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/crew.hpp"
#include "base/error.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/page_use.hpp"

namespace keel::sqlite {
namespace {

constexpr unsigned most_workers = 4;
/// Smaller ones are checked before other threads have begun.
constexpr std::uint32_t least_pages = 2048;
/// From this version on, virtual tables are asked about what they store, too.
constexpr int asks_virtual_tables = 3'044'000;

/// What one connection checks: a table with its indexes.
struct Part {
    std::string table;
    std::uint32_t pages = 0;
};

bool is_divisible(Connection& connection, const PageSnapshot& pages) {
    if (pages.page_count() < least_pages || std::thread::hardware_concurrency() < 2) return false;
    // Such files have pages that only a check of the whole compares with the others.
    if (connection.query_integer("pragma auto_vacuum") != 0) return false;
    if (sqlite3_libversion_number() < asks_virtual_tables) return true;
    return connection.query_integer(
               "select count(*) from sqlite_schema where type = 'table' and rootpage = 0") == 0;
}

/// The tables, largest first; none when a check of each by itself would miss something.
std::vector<Part> parts_of(Connection& connection, const PageSnapshot& pages,
                           const LeafCells* leaves) {
    if (!leaves || !leaves->knows_overflows() || !is_divisible(connection, pages)) return {};
    const TreePages tree{
        .count = pages.page_count(),
        .size = pages.page_size(),
        .read = [&](std::uint32_t page, std::span<std::byte> bytes) { pages.read(page, bytes); },
        .leaves = leaves};
    PageUse use(tree);
    std::map<std::string, std::uint32_t> sizes;
    sizes["sqlite_master"] = use.add_tree(1);
    connection.query(
        "select tbl_name, rootpage from sqlite_schema where rootpage > 0", {}, [&](const Row& row) {
            sizes[row.string(0)] += use.add_tree(static_cast<std::uint32_t>(row.integer(1)));
        });
    use.add_rest();
    if (!use.is_whole()) return {};
    std::vector<Part> parts;
    for (const auto& [table, size] : sizes) parts.push_back({table, size});
    std::ranges::sort(parts, std::ranges::greater(), &Part::pages);
    return parts;
}

void check_parts(const std::filesystem::path& file, const std::vector<Part>& parts,
                 const Context& context) {
    const std::size_t workers =
        std::min<std::size_t>({parts.size(), most_workers, std::thread::hardware_concurrency()});
    Crew crew(workers, context.stop);
    std::vector<std::unique_ptr<SqliteConnection>> connections(workers);
    for (const Part& part : parts)
        crew.add(part.pages, [&, &table = part.table](std::size_t worker) {
            auto& connection = connections[worker];
            if (!connection) connection = std::make_unique<SqliteConnection>(private_file(file));
            const CancelOnStop cancel(crew.stop(), *connection);
            check_damage(*connection, table);
        });
    crew.run();
}

}  // namespace

void check_file(const std::filesystem::path& file, Connection& connection,
                const PageSnapshot& pages, const LeafCells* leaves, const Context& context) {
    std::vector<Part> parts;
    try {
        parts = parts_of(connection, pages, leaves);
    } catch (const Error& error) {
        // The check says what is wrong with it.
        if (error.kind() == ErrorKind::cancelled) throw;
        parts.clear();
    }
    if (parts.empty())
        check_damage(connection);
    else
        check_parts(file, parts, context);
}

}  // namespace keel::sqlite
