#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/plan.hpp"
#include "model/report.hpp"

namespace keel {

class OperationContext;
struct Invocation;

/// What an operation does to a database at most. The guard decides by it.
enum class Effect { read, write, schema, destructive };
std::string_view to_string(Effect effect) noexcept;

enum class OptionType { flag, text, integer, list, positional, positionals };

struct OptionSpec {
    std::string_view name;  ///< "label" is --label; positionals: shown upper-case in help
    OptionType type = OptionType::flag;
    std::string_view help;
    bool required = false;
    char short_name = 0;
    std::string_view value_name =
        {};  ///< what help calls the value: "VERSION"; otherwise the name in upper case
};

/// What an operation needs before it starts.
enum class Needs {
    nothing,      ///< no project: version
    project,      ///< the configuration, no database
    environment,  ///< a resolved environment; a database is opened only if the operation asks
};

/// An operation as data: help, command line, completion, HTTP routes and reference pages are made
/// from it.
struct OperationSpec {
    std::string_view name;     ///< "migrate up"
    std::string_view summary;  ///< one line, lower-case, no full stop
    Effect effect = Effect::read;
    Needs needs = Needs::environment;
    std::span<const OptionSpec> options = {};
    std::span<const std::string_view> examples = {};
    /// Destructive operations ask in every environment (terminal, --yes or --confirm NAME). False
    /// where doing so on an unprotected one is the day's work and a safety backup is enough
    /// (migrate down).
    bool asks_everywhere = true;
    bool takes_safety_backup = false;  ///< before a plan that is not empty
    bool creates_database = false;     ///< may be run where no database is yet
    bool reports_findings = false;     ///< may exit with 3
    bool ignores_marker = false;       ///< env adopt: its purpose is to settle a mismatch
    /// The operation works on the project or the repository: the Runner opens no database, so that
    /// it works when there is none (env use, backup delete). Protection is the configuration's
    /// then.
    bool opens_database = true;
    /// May run on a database that cannot be read (backup restore, undo, recover).
    bool repairs = false;
    /// The option or positional whose value, when given, is the environment the operation changes:
    /// it is resolved, guarded, locked and backed up instead of the active one ("to").
    std::string_view environment_option = {};
};

/// The options as given: typed access, checked against the spec by whoever parsed them.
class OptionValues {
  public:
    void set(std::string name, std::string value) {
        values_[std::move(name)].push_back(std::move(value));
    }
    bool flag(std::string_view name) const { return find(name) != nullptr; }
    std::string text(std::string_view name, std::string_view fallback = "") const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
    /// Every value, by name: what a plan file remembers.
    std::vector<std::pair<std::string, std::string>> all() const;
    /// Throws ErrorKind::usage when it is not a whole number.
    std::int64_t integer(std::string_view name, std::int64_t fallback) const;
    std::vector<std::string> list(std::string_view name) const;

  private:
    const std::vector<std::string>* find(std::string_view name) const;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// One run of one operation. `plan` only reads, and may be called twice (again once the lock is
/// held); `apply` does what the last plan said. Errors are thrown; what was done before stays in
/// the report.
class Operation {
  public:
    virtual ~Operation() = default;
    /// Begins what can be done while the database is being opened; waits for nothing and refuses
    /// nothing.
    virtual void prepare(OperationContext& context);
    virtual Plan plan(OperationContext& context) = 0;
    virtual void apply(OperationContext& context, Report& report) = 0;
    virtual void verify(OperationContext& context, Report& report);
    /// Fills the report when the plan turned out empty ("nothing to do").
    virtual void nothing_to_do(OperationContext& context, Report& report);
};

using ReadFunction = void (*)(OperationContext&, const OptionValues&, Report&);
using MakeOperation = std::unique_ptr<Operation> (*)(const OptionValues&);

/// An operation that stands for another (apply): rewrites the request. Throws what is wrong with
/// it.
using Redirect = Invocation (*)(const Invocation&);

/// An entry of the registry: a read-only operation is one function, one that stands for another is
/// a redirect, any other makes an Operation.
struct OperationEntry {
    const OperationSpec* spec = nullptr;
    ReadFunction read = nullptr;
    MakeOperation make = nullptr;
    Redirect redirect = nullptr;
};

}  // namespace keel
