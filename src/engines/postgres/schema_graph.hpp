#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "model/schema_model.hpp"

namespace keel::postgres {

/// Where a kind stands when nothing else decides: routines after tables, since the text of their
/// bodies may name any table; comments last.
int rank_of(std::string_view kind) noexcept;

/// Every object before those that need it, otherwise by rank and name. A circle is cut where it
/// closes. `extra` gives more that an object needs, by key; it counts only as far as it makes no
/// circle.
using MoreNeeds = std::function<std::vector<std::string>(const SchemaObject&)>;
struct SchemaOrder {
    std::vector<const SchemaObject*> objects;
    bool without_extra = false;  ///< it would have made a circle
};
SchemaOrder in_order(const SchemaModel& model, const MoreNeeds& extra);

/// By key, the objects that need it directly.
std::multimap<std::string, std::string> dependents_of(const SchemaModel& model);

}  // namespace keel::postgres
