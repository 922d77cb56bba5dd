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
    explicit Recover(bool discards) : discards_(discards) {}

    Plan plan(OperationContext& context) override {
        Plan plan;
        found_.clear();
        kept_.clear();
        failures_ = {};
        for (Recoverer* recoverer : context.services().recoverers) {
            const bool could_look = failures_.attempt([&] {
                for (Recovery& recovery : recoverer->find(context)) take(std::move(recovery));
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
        report_kept(report);
        failures_.throw_first();
    }

    void nothing_to_do(OperationContext&, Report& report) override {
        report.result.set("recovered", Json::array());
        report_kept(report);
        report.body.emplace_back(MarkedLine{Mark::ok, "nothing to put in order"});
    }

  private:
    /// What was kept aside on purpose goes only when that is asked for.
    void take(Recovery recovery) {
        const bool stays = recovery.destructive && !discards_;
        (stays ? kept_ : found_).push_back(std::move(recovery));
    }

    void report_kept(Report& report) const {
        Json kept = Json::array();
        for (const Recovery& recovery : kept_) {
            kept.push_back(
                Json::object().set("what", recovery.what).set("action", recovery.action));
            report.body.emplace_back(MarkedLine{Mark::skipped, recovery.what + ": kept"});
        }
        report.result.set("kept", std::move(kept));
        if (!kept_.empty()) report.next_steps.emplace_back("keel recover --discard");
    }

    bool discards_ = false;
    std::vector<Recovery> kept_;
    std::vector<Recovery> found_;
    Failures failures_;
};

}  // namespace

std::unique_ptr<Operation> make_recover(const OptionValues& options) {
    return std::make_unique<Recover>(options.flag("discard"));
}

}  // namespace keel
