#include "ops/kit/hook_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "db/engine.hpp"

namespace keel {
namespace {

std::vector<std::string> words_of(const std::string& hook) {
    std::vector<std::string> words;
    for (const std::string& word : split(hook, ' '))
        if (!trim(word).empty()) words.emplace_back(trim(word));
    return words;
}

std::filesystem::path program_of(const std::vector<std::string>& words, const std::string& hook,
                                 const std::filesystem::path& root) {
    const bool is_path = !words.empty() && words.front().find('/') != std::string::npos;
    const auto program = words.empty() ? std::nullopt
                         : is_path     ? std::optional(root / words.front())
                                       : find_program(words.front());
    if (program) return *program;
    throw Error(ErrorKind::not_found, fmt::format("the hook '{}' is no program here", hook))
        .with_hint("write its path, relative to the project");
}

}  // namespace

void run_hook_command(OperationContext& context, const std::string& hook,
                      const std::vector<std::pair<std::string, std::string>>& variables,
                      std::string_view hint) {
    const std::vector<std::string> words = words_of(hook);
    const std::filesystem::path root = context.project().root();
    ProcessOptions options{.program = program_of(words, hook, root),
                           .environment = {{"KEEL_ENVIRONMENT", context.environment().name},
                                           {"KEEL_ENGINE", std::string(context.engine().name())},
                                           {"KEEL_PROJECT", root.native()}},
                           .unset = {},
                           .stop = context.context().stop};
    options.arguments.assign(words.begin() + 1, words.end());
    options.environment.insert(options.environment.end(), variables.begin(), variables.end());
    const ProcessResult result = run_process(options, [](std::span<const std::byte>) {});
    if (result.status == 0) return;
    throw Error(ErrorKind::io, fmt::format("the hook '{}' ended with status {}{}{}", hook,
                                           result.status, result.error_output.empty() ? "" : ": ",
                                           escape_controls(trim(result.error_output))))
        .with_hint(std::string(hint));
}

}  // namespace keel
