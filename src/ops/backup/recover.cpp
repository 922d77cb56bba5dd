#include "ops/backup/recover.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

namespace {

/// Keeps the first of several failures: the others are shown, this one is thrown.
class Failures {
  public:
    template <typename Work>
    bool attempt(const Work& work) {
        try {
            work();
            return true;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            if (!first_) first_ = error;
            last_ = error.message();
            return false;
        }
    }
    const std::string& last() const noexcept { return last_; }
    void throw_first() const {
        if (first_) throw *first_;
    }

  private:
    std::optional<Error> first_;
    std::string last_;
};

class Recover final : public Operation {
  public:
    Plan plan(OperationContext& context) override {
        Plan plan;
        found_.clear();
        failures_ = {};
        for (Recoverer* recoverer : context.services().recoverers) {
            const bool could_look = failures_.attempt([&] {
                for (Recovery& recovery : recoverer->find(context)) {
                    found_.push_back(std::move(recovery));
                }
            });
            if (could_look) continue;
            // What one cannot look at shall not keep the others from being put in order.
            plan.steps.push_back({.step = "cannot look for leftovers", .detail = failures_.last()});
        }
        for (const Recovery& recovery : found_) {
            plan.steps.push_back({.step = recovery.what,
                                  .detail = recovery.action,
                                  .destructive = recovery.destructive});
        }
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        Json recovered = Json::array();
        for (const Recovery& recovery : found_) {
            context.context().check_cancelled("recovering");
            const bool is_resolved = failures_.attempt([&] { recovery.resolve(); });
            recovered.push_back(Json::object()
                                    .set("what", recovery.what)
                                    .set("action", recovery.action)
                                    .set("ok", is_resolved));
            report.result.set("recovered", recovered);
            report.body.emplace_back(
                MarkedLine{is_resolved ? Mark::ok : Mark::failure,
                           fmt::format("{}: {}", recovery.what,
                                       is_resolved ? recovery.action : failures_.last())});
        }
        failures_.throw_first();
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("recovered", Json::array());
        report.body.emplace_back(MarkedLine{Mark::ok, "nothing was left by an interrupted run"});
    }

  private:
    std::vector<Recovery> found_;
    Failures failures_;
};

}  // namespace

std::unique_ptr<Operation> make_recover(const OptionValues&) {
    return std::make_unique<Recover>();
}

}  // namespace keel
