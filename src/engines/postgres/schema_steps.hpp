#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/schema_tools.hpp"
#include "engines/postgres/schema_alter.hpp"
#include "engines/postgres/schema_changes.hpp"
#include "engines/postgres/schema_plan.hpp"

namespace keel::postgres {

/// Collects the steps of a plan, each in its phase. Phases with an even number are transactions,
/// in the others each statement stands alone.
class StepList {
  public:
    explicit StepList(bool online) : online_(online) {}

    /// The phase in which most happens; before it only labels are added to enums.
    int main_phase() const noexcept { return online_ ? 2 : 0; }
    void add(const std::string& object, Alteration change, int phase);
    std::vector<SchemaStep> take();

  private:
    bool online_;
    std::vector<SchemaStep> steps_;
};

/// Writes what makes the objects of a schema, in the order in which it is asked for them.
class CreateWriter {
  public:
    CreateWriter(const SchemaModel& from, const SchemaModel& to, const SchemaChanges& changes,
                 const WriterOptions& options, StepList& steps);

    void create(const SchemaObject& object);
    /// SET NOT NULL in the forms that read the table without locking out anybody.
    void set_not_null(const SchemaObject& column, const Alteration& change);
    /// The phase from which on everything that `object` needs is there.
    int phase_for(const SchemaObject& object) const;

  private:
    bool is_new(const std::string& key) const;
    bool is_on_old_table(const SchemaObject& object) const;
    bool can_be_inline(const SchemaObject& object, const std::string& table) const;
    std::string default_clause(const SchemaObject& column);
    void create_table(const SchemaObject& table);
    std::vector<std::string> table_items(const SchemaObject& table);
    void add_column(const SchemaObject& column);
    void create_index(const SchemaObject& index);
    void add_constraint(const SchemaObject& constraint);
    void add_key_by_index(const SchemaObject& constraint);
    void create_other(const SchemaObject& object);
    void add(const SchemaObject& object, Alteration change, int phase);

    const SchemaModel& from_;
    const SchemaModel& to_;
    const SchemaChanges& changes_;
    WriterOptions options_;
    StepList& steps_;
    std::multimap<std::string, const SchemaObject*> parts_;  ///< of `to`, by owner
    std::set<std::string> written_;
    std::map<std::string, int> phases_;  ///< of what is not there in the main phase
};

}  // namespace keel::postgres
