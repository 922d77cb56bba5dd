#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/keyed_hash.hpp"
#include "db/engine.hpp"
#include "model/masking.hpp"
#include "ops/copy/foreign_keys.hpp"
#include "ops/copy/masks.hpp"

namespace keel {

/// The rows that come along when only some do: those that the conditions name, what refers to them
/// as far as asked, and all that those refer to, so that no reference leads nowhere. What was
/// chosen is kept as digests in a private file beside the project's state, not in memory.
class Subset final : public RowChoice {
  public:
    struct Parts {
        SubsetSettings settings;
        const Catalog& catalog;  ///< of the source; must outlive it
        const Engine& engine;    ///< of the source
        const Engine& sqlite;    ///< for the private file
        std::filesystem::path directory;
        std::string run_id;
    };
    /// Throws ErrorKind::config for conditions on tables that are not there.
    explicit Subset(Parts parts);
    ~Subset() override;
    Subset(const Subset&) = delete;
    Subset& operator=(const Subset&) = delete;

    /// Chooses, in the source's open transaction. Throws ErrorKind::sql for a condition that the
    /// source does not understand.
    void choose(Connection& source, const Context& context);
    std::unique_ptr<RowTransform> filter(std::string_view schema, std::string_view table,
                                         const std::vector<std::string>& columns) const override;

    /// Tables of which only some rows come along.
    std::vector<std::string> narrowed() const;

  private:
    class Chooser;
    using Columns = std::vector<std::string>;

    std::filesystem::path file() const;
    std::unique_ptr<Connection> open(bool create) const;
    void find_tables();
    void add_descendants();
    const Table* find(std::string_view name) const;
    Columns identity_of(const Table& table) const;

    Parts parts_;
    KeyedHash hash_;
    std::vector<TableReference> keys_;
    std::map<const Table*, std::string> roots_;  ///< and their conditions
    std::map<const Table*, int> followed_;       ///< roots and what refers to them, by distance
    std::set<const Table*> ancestors_;           ///< of those
    std::set<const Table*> narrowed_;
    std::set<const Table*> besides_;  ///< that only refer to ancestors
    std::map<const Table*, std::int64_t> numbers_;
};

}  // namespace keel
