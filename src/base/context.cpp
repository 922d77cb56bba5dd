#include "base/context.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace keel {
namespace {

class NoProgress final : public Progress {
  public:
    void on(const ProgressEvent&) override {}
};

class NoLogger final : public Logger {
  public:
    void log(Level, std::string_view) override {}
};

}  // namespace

std::string_view to_string(Level level) noexcept {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::notice:
            return "notice";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

void Context::check_cancelled(std::string_view what) const {
    if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, fmt::format("{} was interrupted", what));
}

Progress& no_progress() noexcept {
    static NoProgress progress;  // stateless
    return progress;
}

Logger& no_logger() noexcept {
    static NoLogger logger;  // stateless
    return logger;
}

}  // namespace keel
