#include "cli/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "app/workspace.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/builtins.hpp"
#include "cli/command_words.hpp"
#include "cli/help.hpp"
#include "cli/hidden_commands.hpp"
#include "cli/output.hpp"
#include "cli/plan_words.hpp"
#include "cli/process_setup.hpp"
#include "cli/redact.hpp"
#include "cli/session.hpp"

namespace keel {

namespace {

/// One call of the command: finds what was asked for, has it done, prints the report.
class Command {
  public:
    explicit Command(std::span<char* const> raw)
        : raw_(raw.empty() ? raw : raw.subspan(1)),
          arguments_(raw_.begin(), raw_.end()),
          variables_(process_environment()),
          workspace_(variables_),
          table_(CommandTable::from(workspace_.registry().entries(), builtin_specs())) {}

    int run() {
        if (const auto text = run_hidden_command(arguments_, workspace_, table_, variables_)) {
            return Output({}, variables_).print_text(*text);
        }
        try {
            auto arguments = arguments_;
            plan_request_ = take_plan_request(arguments);
            command_ = find_command(arguments, table_);
            return command_.spec == nullptr ? run_without_command() : run_command();
        } catch (const Error& error) {
            Report report;
            report.command = redact(join(command_.words, " "));
            report.error = error;
            return output({.json = asks_for_json(arguments_)}).print(report, nullptr, {});
        }
    }

  private:
    Output output(const OutputOptions& options) const { return {options, variables_}; }

    /// Help for everything or a group, the version, or an error.
    int run_without_command() {
        if (!command_.unknown_option.empty()) throw unknown_command(command_, table_);
        const Arguments arguments = parse_arguments(nullptr, command_.rest);
        if (arguments.wants_version) {
            command_.spec = table_.find("version");
            return run_operation(arguments);
        }
        const bool wants_page = arguments.wants_help || !arguments.output.json;
        if (wants_page && command_.words.empty()) {
            return output(arguments.output).print_text(main_help(table_));
        }
        if (wants_page && command_.words.size() == 1 && table_.is_group(command_.words.front())) {
            return output(arguments.output).print_text(group_help(table_, command_.words.front()));
        }
        throw unknown_command(command_, table_);
    }

    int run_command() {
        const Arguments arguments = parse_arguments(command_.spec, command_.rest);
        if (arguments.wants_help) {
            return output(arguments.output).print_text(command_help(*command_.spec));
        }
        if (command_.spec->name == "help") return show_help(arguments);
        for (const OperationSpec& builtin : builtin_specs()) {
            if (&builtin != command_.spec) continue;
            return output(arguments.output)
                .print(run_builtin(builtin, arguments.options), &builtin, {});
        }
        return run_operation(arguments);
    }

    int show_help(const Arguments& arguments) {
        command_ = find_command(arguments.options.list("command"), table_);
        if (command_.words.empty()) return output(arguments.output).print_text(main_help(table_));
        if (command_.spec != nullptr) {
            return output(arguments.output).print_text(command_help(*command_.spec));
        }
        if (command_.words.size() == 1 && table_.is_group(command_.words.front())) {
            return output(arguments.output).print_text(group_help(table_, command_.words.front()));
        }
        throw unknown_command(command_, table_);
    }

    int run_operation(const Arguments& arguments) {
        Invocation invocation;
        invocation.operation = command_.spec->name;
        invocation.options = arguments.options;
        invocation.overrides = arguments.overrides;
        invocation.actor = current_actor();
        invocation.dry_run = arguments.dry_run;
        invocation.plan_request = plan_request_;
        invocation.yes = arguments.yes;
        invocation.confirm = arguments.confirm;
        invocation.no_input = arguments.no_input;
        invocation.command_line = redacted_command_line(arguments_);
        conceal_arguments(raw_);
        Report report;
        {
            Session session(arguments, variables_);
            report = session.run(workspace_, invocation);
        }
        return output(arguments.output).print(report, command_.spec, arguments.overrides.directory);
    }

    std::span<char* const> raw_;
    std::vector<std::string> arguments_;
    EnvironmentReader variables_;
    Workspace workspace_;
    CommandTable table_;
    CommandWords command_;
    std::optional<PlanRequest> plan_request_;
};

}  // namespace

int run_command(std::span<char* const> arguments) noexcept {
    try {
        prepare_process();
        return Command(arguments).run();
    } catch (const std::exception& error) {
        write_all(STDERR_FILENO, "error: ");
        write_all(STDERR_FILENO, error.what());
        write_all(STDERR_FILENO, "\n");
        return exit_code(ErrorKind::internal);
    }
}

}  // namespace keel
