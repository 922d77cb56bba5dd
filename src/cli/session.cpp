#include "cli/session.hpp"

#include <unistd.h>

#include <memory>

#include "base/terminal.hpp"
#include "cli/console_logger.hpp"
#include "cli/process_setup.hpp"
#include "cli/progress.hpp"
#include "cli/terminal_interaction.hpp"

namespace keel {

namespace {

Level threshold_of(const OutputOptions& output) {
    if (output.quiet) return Level::error;
    return output.verbose ? Level::debug : Level::info;
}

std::unique_ptr<Logger> make_logger(Console& console, const OutputOptions& output) {
    if (output.json) return std::make_unique<JsonLogger>(console, threshold_of(output));
    return std::make_unique<TextLogger>(console, threshold_of(output));
}

/// Nothing when progress is not to be shown.
std::unique_ptr<Progress> make_progress(Console& console, const OutputOptions& output,
                                        bool is_screen) {
    if (output.quiet) return nullptr;
    const ProgressForm form = output.json ? ProgressForm::json
                              : is_screen ? ProgressForm::bar
                                          : ProgressForm::lines;
    return std::make_unique<ConsoleProgress>(console, form,
                                             [] { return std::chrono::steady_clock::now(); });
}

}  // namespace

Session::Session(const Arguments& arguments, const EnvironmentReader& variables)
    : output_(arguments.output),
      no_input_(arguments.no_input),
      is_screen_(is_terminal(STDERR_FILENO) && variables("TERM").value_or("dumb") != "dumb"),
      console_([](std::string_view text) { write_all(STDERR_FILENO, text); },
               style_for(STDERR_FILENO, arguments.output.no_color, variables)) {}

Report Session::run(Workspace& workspace, const Invocation& invocation) {
    const SystemClock clock;
    const std::unique_ptr<Logger> logger = make_logger(console_, output_);
    const std::unique_ptr<Progress> progress = make_progress(console_, output_, is_screen_);
    TerminalInteraction interaction(console_, {.json = output_.json, .no_input = no_input_},
                                    signals_.token());
    const Context context{signals_.token(), progress ? *progress : no_progress(), *logger, clock};
    return workspace.run(invocation, interaction, context);
}

}  // namespace keel
