#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/schema_tools.hpp"
#include "engines/postgres/saved_schema.hpp"

namespace keel::postgres {

/// The way of a database's schema to one in which some tables are as a backup has them. Pure.
class TableChange {
  public:
    /// Both models must outlive it; `present` and `wanted` are the chosen tables that are there,
    /// and that the backup has.
    TableChange(const SchemaModel& live, const SavedSchema& saved, const Keys& present,
                const Keys& wanted);

    /// Why it cannot be gone.
    const std::vector<std::string>& obstacles() const noexcept { return obstacles_; }
    /// What becomes of a table that is there: "index public.x goes".
    std::vector<std::string> changes_of(const std::string& table) const;

    /// Keys of the tables that are there now, and of those that will be.
    const Keys& present() const noexcept { return present_; }
    const Keys& wanted() const noexcept { return wanted_; }
    const SchemaModel& target() const noexcept { return target_; }

    /// Takes away what is in the way of rows.
    std::vector<SchemaStep> put_aside() const;
    /// Gives the tables, which are empty now, their columns and keys.
    std::vector<SchemaStep> reshape() const;
    /// The rest, once the rows are in.
    std::vector<SchemaStep> complete() const;

  private:
    void add_needs(const SavedSchema& saved, const Keys& parts);
    void look_for_what_is_missing();

    const SchemaModel& live_;
    Keys present_;
    Keys wanted_;
    Keys saved_parts_;
    SchemaModel target_;
    SchemaModel live_bare_;
    SchemaModel target_bare_;
    std::vector<std::string> obstacles_;
};

}  // namespace keel::postgres
