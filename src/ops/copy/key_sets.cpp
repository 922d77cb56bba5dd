#include "ops/copy/key_sets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

class Filter final : public RowTransform {
  public:
    Filter(std::unique_ptr<Connection> connection, std::int64_t set,
           std::vector<std::size_t> places, const KeyedHash& hash)
        : connection_(std::move(connection)),
          sets_(*connection_),
          set_(set),
          places_(std::move(places)),
          hash_(hash) {}

    bool apply(RowEditor& row) override {
        return sets_.contains(set_, *digest_of(row, places_, hash_, true, buffer_));
    }
    bool uses(std::size_t column) const override {
        return std::ranges::find(places_, column) != places_.end();
    }

  private:
    std::unique_ptr<Connection> connection_;
    KeySets sets_;
    std::int64_t set_;
    std::vector<std::size_t> places_;
    const KeyedHash& hash_;
    std::string buffer_;
};

}  // namespace

std::optional<KeyDigest> digest_of(RowEditor& row, const std::vector<std::size_t>& places,
                                   const KeyedHash& hash, bool counts_null, std::string& buffer) {
    buffer.clear();
    for (const auto place : places) {
        if (row.is_null(place) && !counts_null) return std::nullopt;
        buffer += row.is_null(place) ? 'n' : 'v';
        buffer += row.text(place);
        buffer += '\0';
    }
    return KeyDigest{static_cast<std::int64_t>(hash(buffer, 1)),
                     static_cast<std::int64_t>(hash(buffer, 2))};
}

std::vector<std::size_t> places_of(const std::vector<std::string>& wanted,
                                   const std::vector<std::string>& columns) {
    std::vector<std::size_t> places;
    for (const auto& name : wanted) {
        const auto found = std::ranges::find_if(
            columns, [&](const auto& column) { return equals_ignore_case(column, name); });
        if (found == columns.end())
            throw Error(ErrorKind::unsupported,
                        fmt::format("rows cannot be chosen without their column '{}'", name))
                .with_hint("give the target that column, or leave the table out");
        places.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    return places;
}

void KeySets::make(Connection& connection) {
    connection.execute("drop table if exists keys");
    connection.execute(
        "create table keys (s integer, h integer, l integer, primary key (s, h, l)) without rowid");
}

bool KeySets::contains(std::int64_t set, KeyDigest key) {
    const std::vector<Value> params = {set, key.high, key.low};
    bool is_there = false;
    connection_.query("select 1 from keys where s = $1 and h = $2 and l = $3", params,
                      [&](const Row&) { is_there = true; });
    return is_there;
}

bool KeySets::add(std::int64_t set, KeyDigest key) {
    const std::vector<Value> params = {set, key.high, key.low};
    return connection_.execute("insert or ignore into keys values ($1, $2, $3)", params) > 0;
}

std::unique_ptr<RowTransform> make_key_filter(std::unique_ptr<Connection> connection,
                                              std::int64_t set, std::vector<std::size_t> places,
                                              const KeyedHash& hash) {
    return std::make_unique<Filter>(std::move(connection), set, std::move(places), hash);
}

}  // namespace keel
