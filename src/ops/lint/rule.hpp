#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.hpp"
#include "ops/lint/judged.hpp"
#include "ops/lint/schema_state.hpp"

namespace keel::lint {

/// What the live database is asked about the rows that are there. Every question only reads.
class LiveRows {
  public:
    virtual ~LiveRows() = default;
    /// Number of rows that `condition` holds for, counted up to a bound; nothing when it cannot be
    /// told. `condition` is SQL of quoted names.
    virtual std::optional<std::int64_t> count(const SqlName& table,
                                              const std::string& condition) = 0;
    /// Number of values of the columns that occur more than once, up to a bound.
    virtual std::optional<std::int64_t> count_repeated(const SqlName& table,
                                                       const std::vector<std::string>& columns) = 0;
    virtual std::string quote(std::string_view name) const = 0;
};

/// Where the project stands with its other branch and its database, for the rules about history.
struct Provenance {
    std::string newest_applied;              ///< version; empty: none, or not known
    std::string newest_on_base;              ///< of the files on the base branch
    std::vector<std::string> changed_since;  ///< files of applied migrations that were edited
    bool knows_base = false;
    std::vector<std::string> new_since_base;      ///< files, as shown
    std::vector<std::string> changed_since_base;  ///< files that are on the base branch, edited
};

/// A change of a file's text: bytes of a section's text replaced.
struct Edit {
    const MigrationSection* section = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string replacement;
    std::string marker_option;  ///< added to the section's marker line instead
};

/// What a rule looks at: an action, a statement or a whole file, and what is known around it.
struct Subject {
    EngineKind engine = EngineKind::postgres;
    const JudgedFile& file;
    std::span<const JudgedFile> earlier;         ///< the files before it
    const JudgedStatement* statement = nullptr;  ///< null for a whole file
    std::size_t index = 0;                       ///< of the statement among its section's
    const SqlAction* action = nullptr;
    const SchemaState& before;                ///< what was defined then
    const SchemaState* after = nullptr;       ///< for a whole file: what is defined behind it
    const SchemaState* after_down = nullptr;  ///< and when it is undone again
    const TableState* table = nullptr;        ///< the action's own, as it was
    bool is_down = false;
    LiveRows* rows = nullptr;
    const Provenance* provenance = nullptr;
    std::string engine_version = {};

    /// Whether the table was there before this file: others may be using it.
    bool is_in_use() const noexcept;
    bool was_made_here(const SqlName& name) const noexcept;
    std::span<const JudgedStatement> statements() const noexcept;
    std::string table_text() const { return action->object.text(); }
};

/// What a rule has to say.
struct Remark {
    std::string message;
    std::optional<std::size_t> offset;    ///< in the statement; the action's when not given
    const JudgedStatement* at = nullptr;  ///< for a whole file: the statement it is about
    std::optional<Severity> severity;     ///< instead of the rule's own
    std::string instead;                  ///< instead of the rule's own advice
    std::vector<Edit> edits;              ///< what --fix does
};
using Remarks = std::vector<Remark>;

enum class Level { action, statement, file };
enum class Scope { both, postgres, sqlite };

struct Example {
    std::string_view bad;
    std::string_view good;
};

/// One rule: what it is called, what it says, how it looks.
struct Rule {
    std::string_view id;
    std::string_view name;  ///< kebab-case
    Scope scope = Scope::both;
    Severity severity = Severity::warning;
    std::string_view title;    ///< one line, lower-case: what it finds
    std::string_view why;      ///< what goes wrong
    std::string_view instead;  ///< what to do
    Example postgres = {};
    Example sqlite = {};
    Level level = Level::action;
    void (*check)(const Subject&, Remarks&) = nullptr;
    bool by_rows = false;  ///< the more rows the table has, the worse
    bool in_down = false;  ///< undoing is looked at too
    bool opt_in = false;
    bool needs_history = false;  ///< needs more than files: another branch, a database
};

/// All rules, in the order of their ids within each group.
std::span<const Rule> all_rules();
const Rule* find_rule(std::string_view id_or_name);

/// The groups, for pages and lists: first letter and what it stands for.
struct RuleGroup {
    char letter;
    std::string_view title;
};
std::span<const RuleGroup> rule_groups();

}  // namespace keel::lint
