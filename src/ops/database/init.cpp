#include "ops/database/init.hpp"

#include <fmt/format.h>

namespace keel {

namespace {

class Init final : public Operation {
  public:
    Plan plan(OperationContext& context) override {
        Plan plan;
        const auto& environment = context.environment();
        // Remembered: by the second look, under the lock, the Runner has made it, and what was
        // agreed to must not look different then.
        if (!context.connection_if_exists()) creates_ = true;
        if (creates_) {
            plan.steps.push_back({.step = "create the database",
                                  .detail = environment.url.redacted(),
                                  .destructive = false});
        }
        if (context.marker().state == MarkerState::absent) {
            plan.steps.push_back({.step = fmt::format("mark it as '{}'", environment.name),
                                  .detail = std::string(to_string(environment.kind)),
                                  .destructive = false});
        }
        if (auto* migrator = context.services().migrator) {
            for (const auto& version : migrator->summary(context).pending) {
                plan.steps.push_back(
                    {.step = "apply " + version, .detail = {}, .destructive = false});
            }
        }
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        context.connection_or_create();
        report.result.set("database", context.environment().url.redacted());
        report.result.set("created", creates_);
        report.body.emplace_back(MarkedLine{
            Mark::ok, creates_ ? fmt::format("created {}", context.environment().url.redacted())
                               : "the database is there"});
        if (auto* migrator = context.services().migrator) {
            migrator->apply_pending(context, report);
        }
        report.next_steps.emplace_back("keel status");
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        report.result.set("database", context.environment().url.redacted());
        report.result.set("created", false).set("applied", Json::array());
        report.body.emplace_back(
            MarkedLine{Mark::ok, "nothing to do: the database is there and up to date"});
    }

  private:
    bool creates_ = false;
};

}  // namespace

std::unique_ptr<Operation> make_init(const OptionValues&) {
    return std::make_unique<Init>();
}

}  // namespace keel
