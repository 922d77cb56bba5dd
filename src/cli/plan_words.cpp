#include "cli/plan_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command_words.hpp"
#include "cli/redact.hpp"

namespace keel {

namespace {

using Arguments = std::vector<std::string>;

/// Index of the first word that is no global option or its value.
std::size_t first_word(const Arguments& arguments) {
    std::size_t i = 0;
    while (i < arguments.size() && arguments[i].starts_with("-")) {
        const auto length = global_option_length(arguments[i]);
        if (length == 0) return arguments.size();
        i += length;
    }
    return std::min(i, arguments.size());
}

/// The value of `--name VALUE` or `--name=VALUE` at `at`, taken out with it.
std::optional<std::string> take_option(Arguments& arguments, std::size_t at,
                                       std::string_view name) {
    if (at >= arguments.size()) return std::nullopt;
    const auto here = arguments.begin() + static_cast<std::ptrdiff_t>(at);
    const auto flag = fmt::format("--{}", name);
    if (here->starts_with(flag + "=")) {
        auto value = here->substr(flag.size() + 1);
        arguments.erase(here);
        return value;
    }
    if (*here != flag) return std::nullopt;
    if (at + 1 >= arguments.size()) {
        throw Error(ErrorKind::usage, fmt::format("option '{}' needs a value", flag))
            .with_hint("see: keel plan --help");
    }
    auto value = arguments[at + 1];
    arguments.erase(here, here + 2);
    return value;
}

std::chrono::milliseconds lifetime(const std::string& text) {
    const auto duration = parse_duration(text);
    if (duration && duration->count() > 0) return *duration;
    throw Error(ErrorKind::usage, fmt::format("'{}' is no duration for '--expires'", redact(text)))
        .with_hint("write it as 30min, 2h or 1d");
}

}  // namespace

std::optional<PlanRequest> take_plan_request(Arguments& arguments) {
    const auto at = first_word(arguments);
    if (at >= arguments.size() || arguments[at] != "plan") return std::nullopt;
    auto rest = arguments;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    PlanRequest request{.output = "plan.keel", .lifetime = std::nullopt};
    for (;;) {
        if (const auto output = take_option(rest, at, "output")) {
            request.output = *output;
        } else if (const auto expires = take_option(rest, at, "expires")) {
            request.lifetime = lifetime(*expires);
        } else {
            break;
        }
    }
    const bool has_command = at < rest.size() && !rest[at].starts_with("-");
    if (!has_command) return std::nullopt;  // `keel plan`, `keel plan --help`: the help page's turn
    arguments = std::move(rest);
    return request;
}

}  // namespace keel
