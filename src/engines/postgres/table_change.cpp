#include "engines/postgres/table_change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/schema_plan.hpp"

namespace keel::postgres {
namespace {

std::string say(const std::string& key) {
    const auto colon = key.find(':');
    return colon == std::string::npos ? key : key.substr(0, colon) + ' ' + key.substr(colon + 1);
}

std::vector<SchemaStep> plan(const SchemaModel& from, const SchemaModel& to) {
    return plan_schema(from, to, {.online = false, .inline_keys = true});
}

std::string_view word_for(SchemaAction action) {
    switch (action) {
        case SchemaAction::create:
            return "comes back";
        case SchemaAction::change:
            return "changes back";
        case SchemaAction::drop:
            return "goes";
    }
    return {};
}

}  // namespace

TableChange::TableChange(const SchemaModel& live, const SavedSchema& saved, const Keys& present,
                         const Keys& wanted)
    : live_(live), present_(with_partitions(live, present)) {
    if (!saved.is_known) {
        wanted_ = present_;
        target_ = live;
    } else {
        wanted_ = with_partitions(saved.model, wanted);
        saved_parts_ = parts_of(saved.model, wanted_);
        target_ = without(live, parts_of(live, present_));
        for (const auto& [key, object] : only(saved.model, saved_parts_).objects)
            target_.objects.insert_or_assign(key, object);
        add_needs(saved, saved_parts_);
        look_for_what_is_missing();
    }
    live_bare_ = without(live_, keel::postgres::put_aside(live_, present_));
    target_bare_ = without(target_, keel::postgres::put_aside(target_, wanted_));
}

/// What is there already stays as it is.
void TableChange::add_needs(const SavedSchema& saved, const Keys& parts) {
    const auto needs = needs_of(saved.model, parts);
    Keys missing;
    for (const auto& key : needs) {
        const auto* object = saved.model.find(key);
        const bool is_part_of_present = !object->owner.empty() && !missing.contains(object->owner);
        if (target_.find(key) == nullptr && !is_part_of_present) missing.insert(key);
    }
    for (const auto& key : needs)
        if (missing.contains(saved.model.find(key)->owner)) missing.insert(key);
    for (const auto& key : missing) target_.objects.insert_or_assign(key, *saved.model.find(key));
}

void TableChange::look_for_what_is_missing() {
    for (const auto& [key, object] : target_.objects) {
        for (const auto& need : object.depends) {
            if (target_.find(need) != nullptr) continue;
            obstacles_.push_back(
                saved_parts_.contains(key)
                    ? fmt::format("{} needs {}, which is not there", say(key), say(need))
                    : fmt::format("{} needs {}, which the backup does not have", say(key),
                                  say(need)));
        }
    }
}

std::vector<std::string> TableChange::changes_of(const std::string& table) const {
    const Keys one = {table};
    const auto before = only(live_, parts_of(live_, one));
    const auto after = only(target_, parts_of(target_, one));
    std::vector<std::string> changes;
    for (const auto& difference : differences(before, after))
        changes.push_back(
            fmt::format("{} {} {}", difference.kind, difference.name, word_for(difference.action)));
    return changes;
}

std::vector<SchemaStep> TableChange::put_aside() const {
    return plan(live_, live_bare_);
}
std::vector<SchemaStep> TableChange::reshape() const {
    return plan(live_bare_, target_bare_);
}
std::vector<SchemaStep> TableChange::complete() const {
    return plan(target_bare_, target_);
}

}  // namespace keel::postgres
