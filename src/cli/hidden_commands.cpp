#include "cli/hidden_commands.hpp"

#include <unistd.h>

#include "cli/arguments.hpp"
#include "cli/command_words.hpp"
#include "cli/completion.hpp"
#include "cli/reference.hpp"

namespace keel {

namespace {

/// Who presses TAB will not wait for a server that does not answer: the process just ends.
constexpr unsigned longest_completion_seconds = 3;

class NobodyThere final : public Interaction {
  public:
    void banner(std::string_view) override {}
    bool can_ask() const override { return false; }
    std::optional<std::string> ask(std::string_view) override { return std::nullopt; }
};

/// The global options among the words typed so far, as far as they can be read already.
ProjectOverrides overrides_in(std::span<const std::string> words, const CommandTable& table) {
    try {
        CommandWords command =
            find_command(words.first(words.empty() ? 0 : words.size() - 1), table);
        command.rest.insert(command.rest.begin(), "--help");  // then nothing required is missed
        return parse_arguments(command.spec, command.rest).overrides;
    } catch (const Error&) {
        return {};
    }
}

class ValueReader {
  public:
    ValueReader(Workspace& workspace, const EnvironmentReader& variables,
                ProjectOverrides overrides)
        : workspace_(workspace), variables_(variables), overrides_(std::move(overrides)) {}

    std::vector<Candidate> list(ValueSource source) {
        ::alarm(longest_completion_seconds);
        switch (source) {
            case ValueSource::environments:
                return environments();
            case ValueSource::migrations:
                return from_operation("migrate status", {"pending", "applied"}, "version", "name");
            case ValueSource::backups:
                return from_operation("backup list", {"backups"}, "id", "label");
        }
        return {};
    }

  private:
    std::vector<Candidate> environments() {
        std::vector<Candidate> result;
        try {
            for (const std::string& name :
                 Project::load(overrides_, variables_).environment_names()) {
                result.push_back({name, ""});
            }
        } catch (const Error&) {
            return {};
        }
        return result;
    }

    std::vector<Candidate> from_operation(std::string operation,
                                          std::initializer_list<std::string_view> lists,
                                          std::string_view text, std::string_view description) {
        Invocation invocation;
        invocation.operation = std::move(operation);
        invocation.overrides = overrides_;
        NobodyThere nobody;
        const SystemClock clock;
        const Context context{{}, no_progress(), no_logger(), clock};
        const Report report = workspace_.run(invocation, nobody, context);
        std::vector<Candidate> result;
        for (const std::string_view list : lists) {
            const Json* items = report.result.find(list);
            if (items == nullptr || !items->is_array()) continue;
            for (const Json& item : items->as_array()) {
                if (item.find(text) == nullptr || !item.at(text).is_string()) continue;
                const Json* label = item.find(description);
                const bool has_label = label != nullptr && label->is_string();
                result.push_back({item.at(text).as_string(), has_label ? label->as_string() : ""});
            }
        }
        return result;
    }

    Workspace& workspace_;
    const EnvironmentReader& variables_;
    ProjectOverrides overrides_;
};

}  // namespace

std::optional<std::string> run_hidden_command(std::span<const std::string> arguments,
                                              Workspace& workspace, const CommandTable& table,
                                              const EnvironmentReader& variables) {
    if (arguments.empty() || !arguments[0].starts_with("__")) return std::nullopt;
    if (arguments[0] == "__docs") return commands_reference(table);
    if (arguments[0] != "__complete" || arguments.size() < 2 || arguments[1] != "--") {
        return std::nullopt;
    }
    const auto words = arguments.subspan(2);
    ValueReader values(workspace, variables, overrides_in(words, table));
    const auto list = [&](ValueSource source) { return values.list(source); };
    return render_candidates(complete(words, table, list));
}

}  // namespace keel
