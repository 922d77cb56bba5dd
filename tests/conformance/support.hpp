#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/context.hpp"
#include "base/ids.hpp"
#include "db/connection.hpp"

namespace keel::conformance {

/// A context that nobody watches and nobody stops.
class QuietContext {
  public:
    operator const Context&() const noexcept { return context_; }

  private:
    SystemClock clock_;
    Context context_{{}, no_progress(), no_logger(), clock_};
};

/// Whoever looks for what a run left behind takes sessions of its id for the run still at work:
/// each stage has one of its own.
inline std::string fresh_run_id() {
    return new_run_id(SystemClock().now());
}

/// The Error that `work` throws, or nothing.
inline std::optional<Error> error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

inline std::optional<ErrorKind> kind_of(const std::function<void()>& work) {
    const auto error = error_of(work);
    return error ? std::optional(error->kind()) : std::nullopt;
}

}  // namespace keel::conformance
