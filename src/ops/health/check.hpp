#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/diagnostic.hpp"

namespace keel {

/// `unknown` means that it could not be found out, and is never shown as `ok`; `skipped` that it
/// does not apply here.
enum class CheckStatus { ok, warn, fail, unknown, skipped };
std::string_view to_string(CheckStatus status) noexcept;

/// One finding of a health check. `value`, `warn` and `fail` are null where there is nothing to
/// compare.
struct HealthCheck {
    std::string name = {};  ///< stable: "migrations.pending"
    CheckStatus status = CheckStatus::ok;
    std::string message = {};
    std::string fix = {};      ///< what to do about it, in words
    std::string command = {};  ///< or, better, what to type
    Json value = {};
    Json warn = {};
    Json fail = {};
};

/// `fix` is the command where there is one, else the words.
Json to_json(const HealthCheck& check);

class HealthChecks {
  public:
    void add(HealthCheck check) { checks_.push_back(std::move(check)); }
    /// A finding of somebody else's, under its own rule.
    void add(const Diagnostic& diagnostic);
    void ok(std::string name, std::string message, Json value = {});
    void skip(std::string name, std::string reason);
    /// Runs `work`; an Error that comes out of it becomes the check `name` with status unknown.
    /// Cancellation comes through.
    void attempt(std::string_view name, const std::function<void()>& work);

    const std::vector<HealthCheck>& all() const noexcept { return checks_; }
    /// The worst of all: fail, then warn, then unknown, else ok.
    CheckStatus worst() const noexcept;
    int count(CheckStatus status) const noexcept;

  private:
    std::vector<HealthCheck> checks_;
};

}  // namespace keel
