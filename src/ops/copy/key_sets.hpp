#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/keyed_hash.hpp"
#include "db/connection.hpp"
#include "db/row_transform.hpp"

namespace keel {

/// Values of some columns of a row, as two numbers.
struct KeyDigest {
    std::int64_t high = 0;
    std::int64_t low = 0;
};

/// Nothing when one of them is null and `counts_null` is not said: then it refers to nothing.
/// `buffer` is used again from row to row.
std::optional<KeyDigest> digest_of(RowEditor& row, const std::vector<std::size_t>& places,
                                   const KeyedHash& hash, bool counts_null, std::string& buffer);

/// Where the columns `wanted` are among `columns`. Throws ErrorKind::unsupported for one that is
/// not.
std::vector<std::size_t> places_of(const std::vector<std::string>& wanted,
                                   const std::vector<std::string>& columns);

/// Numbered sets of keys in a private database.
class KeySets {
  public:
    explicit KeySets(Connection& connection) : connection_(connection) {}

    /// In an empty database, once.
    static void make(Connection& connection);
    bool contains(std::int64_t set, KeyDigest key);
    /// Whether it is new.
    bool add(std::int64_t set, KeyDigest key);

  private:
    Connection& connection_;
};

/// Lets the rows through whose columns at `places` are in a set. `hash` must outlive it.
std::unique_ptr<RowTransform> make_key_filter(std::unique_ptr<Connection> connection,
                                              std::int64_t set, std::vector<std::size_t> places,
                                              const KeyedHash& hash);

}  // namespace keel
