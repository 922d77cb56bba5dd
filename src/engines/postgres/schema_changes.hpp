#pragma once

#include <map>
#include <set>
#include <string>

#include "model/schema_model.hpp"

namespace keel::postgres {

/// What becomes of each object on the way from a schema to another. Something recreated is in
/// `dropped` and in `created`.
struct SchemaChanges {
    std::set<std::string> dropped;
    std::set<std::string> late;  ///< of `dropped`: only after what is altered let go of it
    std::set<std::string> created;
    std::set<std::string> altered;  ///< in place
    std::set<std::string> rebuilt;  ///< types made anew, their columns moved over
    std::set<std::string> retyped;  ///< columns of a rebuilt type, otherwise as they were

    bool is_recreated(const std::string& key) const {
        return dropped.contains(key) && created.contains(key);
    }
};

/// `needs_rebuild_of_used_enums`: a label added in a transaction cannot be used in it, so an enum
/// whose new labels are needed is made anew.
struct ChangeOptions {
    bool one_transaction = true;
};

SchemaChanges find_changes(const SchemaModel& from, const SchemaModel& to,
                           const ChangeOptions& options);

/// Whether the kind is a type that columns can have.
bool is_type_kind(std::string_view kind) noexcept;

}  // namespace keel::postgres
