#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "base/text.hpp"
#include "cli/command_table.hpp"
#include "cli/global_options.hpp"
#include "cli/redact.hpp"

namespace keel {

namespace {

std::string command_name(const OperationSpec* spec) {
    return spec == nullptr ? "keel" : fmt::format("keel {}", spec->name);
}

Error usage_error(std::string message, const OperationSpec* spec) {
    return Error(ErrorKind::usage, std::move(message))
        .with_hint(fmt::format("see: {} --help", command_name(spec)));
}

/// "-C,--project", "--label", or a name that cannot clash with an option's for a positional.
std::string flag_names(const OptionSpec& option) {
    if (is_positional(option)) return "ARGUMENT_" + std::string(option.name);
    const std::string name = "--" + std::string(option.name);
    return option.short_name == 0 ? name : fmt::format("-{},{}", option.short_name, name);
}

/// One option given to CLI11 and what it found: every value as text, so that checks and wording
/// are ours.
struct Slot {
    const OptionSpec* spec = nullptr;
    std::vector<std::string> values;
    CLI::Option* option = nullptr;
};

class Parser {
  public:
    explicit Parser(const OperationSpec* spec) : spec_(spec) {
        app_.set_help_flag("");
        app_.allow_extras();
        for (const OptionSpec& option : global_options()) add(option, globals_);
        if (spec != nullptr) {
            for (const OptionSpec& option : spec->options) add(option, own_);
        }
    }

    Arguments parse(std::span<const std::string> arguments) {
        try {
            // CLI11 takes them from the end of the vector.
            app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::ParseError& error) {
            throw usage_error(wording(error), spec_);
        }
        refuse_extras();
        for (const Slot& slot : globals_) check_values(slot);
        for (const Slot& slot : own_) check_values(slot);
        Arguments result = global_values();
        for (const Slot& slot : own_) take(slot, result);
        return result;
    }

  private:
    void add(const OptionSpec& option, std::deque<Slot>& slots) {
        Slot& slot = slots.emplace_back(Slot{&option, {}, nullptr});
        const std::string names = flag_names(option);
        if (option.type == OptionType::flag) {
            slot.option = app_.add_flag(names)->disable_flag_override();
            return;
        }
        slot.option = app_.add_option(names, slot.values);
        const bool repeats = option.type == OptionType::positionals;
        if (!repeats) slot.option->expected(1)->allow_extra_args(false);
        slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }

    static std::string wording(const CLI::ParseError& error) {
        const std::string text = error.what();
        const std::string name = text.substr(0, text.find(':'));
        if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
            return fmt::format("option '{}' needs a value", name);
        }
        return redact(text);
    }

    void refuse_extras() const {
        for (const std::string& extra : app_.remaining()) {
            if (extra.size() > 1 && extra[0] == '-' && extra != "--")
                throw unknown_option(extra, spec_);
        }
        for (const std::string& extra : app_.remaining()) {
            if (extra == "--") continue;
            throw usage_error(fmt::format("'{}' does not take the argument '{}'",
                                          command_name(spec_), redact(extra)),
                              spec_);
        }
    }

    static bool repeats(const OptionSpec& option) {
        return option.type == OptionType::list || option.type == OptionType::positionals;
    }

    void check_values(const Slot& slot) const {
        const OptionSpec& option = *slot.spec;
        const std::string name =
            is_positional(option) ? value_name(option) : "--" + std::string(option.name);
        if (!repeats(option) && slot.values.size() > 1) {
            throw usage_error(fmt::format("option '{}' was given twice", name), spec_);
        }
        // An unset shell variable must not turn into "the default one".
        if (std::ranges::any_of(slot.values, &std::string::empty)) {
            throw usage_error(fmt::format("'{}' has an empty value", name), spec_);
        }
    }

    void take(const Slot& slot, Arguments& result) const {
        const OptionSpec& option = *slot.spec;
        const std::string name(option.name);
        if (option.type == OptionType::flag && slot.option->count() > 0)
            result.options.set(name, "");
        for (const std::string& value : slot.values) result.options.set(name, value);
        if (option.type == OptionType::integer) check_number(slot);
        if (!option.required || result.options.has(name) || result.wants_help) return;
        throw usage_error(
            fmt::format("'{}' needs {}", command_name(spec_),
                        is_positional(option) ? value_name(option)
                                              : "--" + name + " " + value_name(option)),
            spec_);
    }

    void check_number(const Slot& slot) const {
        if (slot.values.empty() || parse_unsigned(slot.values.front())) return;
        throw usage_error(fmt::format("'{}' is not a whole number for '--{}'",
                                      redact(slot.values.front()), slot.spec->name),
                          spec_);
    }

    const Slot& global(std::string_view name) const {
        return *std::ranges::find_if(globals_, [&](const Slot& s) { return s.spec->name == name; });
    }
    bool flag(std::string_view name) const { return global(name).option->count() > 0; }
    std::optional<std::string> text(std::string_view name) const {
        const auto& values = global(name).values;
        return values.empty() ? std::nullopt : std::optional(values.front());
    }

    Arguments global_values() const {
        Arguments result;
        result.overrides.directory = text("project");
        result.overrides.environment = text("env");
        result.overrides.database = text("database");
        result.overrides.migrations_directory = text("migrations");
        result.overrides.layout = text("layout");
        result.overrides.repository = text("repository");
        result.overrides.load_extensions = global("load-extension").values;
        result.output = {.json = flag("json"),
                         .quiet = flag("quiet"),
                         .verbose = flag("verbose"),
                         .no_color = flag("no-color")};
        result.dry_run = flag("dry-run");
        result.yes = flag("yes");
        result.no_input = flag("no-input");
        result.confirm = text("confirm").value_or("");
        result.wants_help = flag("help");
        result.wants_version = flag("version");
        return result;
    }

    const OperationSpec* spec_;
    CLI::App app_;
    std::deque<Slot> globals_;  // CLI11 keeps references to the values
    std::deque<Slot> own_;
};

}  // namespace

Arguments parse_arguments(const OperationSpec* spec, std::span<const std::string> arguments) {
    return Parser(spec).parse(arguments);
}

Error unknown_option(std::string_view argument, const OperationSpec* spec) {
    const std::string name(argument.substr(0, argument.find('=')));
    std::vector<std::string> known;
    const auto add = [&](const OptionSpec& option) {
        if (!is_positional(option)) known.push_back("--" + std::string(option.name));
    };
    if (spec != nullptr) std::ranges::for_each(spec->options, add);
    std::ranges::for_each(global_options(), add);
    return usage_error(fmt::format("unknown option '{}' for '{}'{}", redact(name),
                                   command_name(spec), did_you_mean(name, known)),
                       spec);
}

bool asks_for_json(std::span<const std::string> arguments) {
    const auto end = std::ranges::find(arguments, "--");
    return std::find(arguments.begin(), end, "--json") != end;
}

}  // namespace keel
