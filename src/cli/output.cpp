#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "cli/process_setup.hpp"
#include "render/json.hpp"
#include "render/text.hpp"

namespace keel {

namespace {

constexpr int exit_failed = 1;
constexpr std::uint64_t largest_source = 8u << 20;

std::optional<std::string> try_read(const std::filesystem::path& path) {
    try {
        return read_file(path, largest_source);
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

int Output::print(const Report& report, const OperationSpec* spec,
                  const std::optional<std::filesystem::path>& project) const {
    if (options_.json) return finish(report.exit_status(), render_json(report).dump() + "\n");
    int status = report.exit_status();
    if (shows_body(report, spec)) {
        const TextStyle style = style_for(STDOUT_FILENO, options_.no_color, variables_);
        const NextSteps steps = options_.quiet ? NextSteps::hidden : NextSteps::shown;
        status = finish(status, render_text(report, style, steps));
    }
    print_problems(report, project);
    return status;
}

int Output::print_text(std::string_view text) const {
    return finish(0, text);
}

bool Output::shows_body(const Report& report, const OperationSpec* spec) const {
    const bool changes = spec != nullptr && spec->effect != Effect::read;
    return !options_.quiet || !changes || !report.ok();
}

void Output::print_problems(const Report& report,
                            const std::optional<std::filesystem::path>& project) const {
    const SourceReader sources = [&](const std::string& file) {
        std::optional<std::string> text = try_read(file);
        return text || !project ? text : try_read(*project / file);
    };
    Report problems;
    if (!options_.quiet) problems.warnings = report.warnings;
    problems.diagnostics = report.diagnostics;
    problems.error = report.error;
    const TextStyle style = style_for(STDERR_FILENO, options_.no_color, variables_);
    write_all(STDERR_FILENO, render_problems(problems, style, sources));
}

/// A reader that has gone (EPIPE) has seen what it wanted; anything else loses the result.
int Output::finish(int status, std::string_view text) const {
    if (write_all(STDOUT_FILENO, text) || errno == EPIPE) return status;
    write_all(STDERR_FILENO,
              fmt::format("error: cannot write the result: {}\n", std::strerror(errno)));
    return status == 0 ? exit_failed : status;
}

}  // namespace keel
