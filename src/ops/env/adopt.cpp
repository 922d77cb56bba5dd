#include "ops/env/adopt.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/session.hpp"

namespace keel {
namespace {

std::string describe(std::string_view name, EnvironmentKind kind, bool is_protected) {
    return fmt::format("{} ({}{})", name, to_string(kind), is_protected ? ", protected" : "");
}

Json marker_json(const std::optional<Marker>& marker) {
    if (!marker) return {};
    return Json::object()
        .set("project", marker->project)
        .set("environment", marker->environment)
        .set("kind", to_string(marker->kind))
        .set("protected", marker->is_protected)
        .set("stamped_at", marker->stamped_at);
}

bool says_what_is_configured(const Marker& marker, const Environment& environment) {
    return marker.kind == environment.kind && marker.is_protected == environment.is_protected;
}

class Adopt final : public Operation {
  public:
    Plan plan(OperationContext& context) override {
        if (context.connection_if_exists() == nullptr)
            throw Error(ErrorKind::not_found, fmt::format("there is no database at {}",
                                                          context.environment().url.redacted()))
                .with_hint("make it with: keel db init");
        const auto& check = context.marker();
        const auto& environment = context.environment();
        before_ = check.marker;
        is_copy_ = check.state == MarkerState::copy;
        Plan plan;
        if (check.state == MarkerState::match && says_what_is_configured(*before_, environment))
            return plan;
        std::string was = "it was never stamped";
        if (before_)
            was = fmt::format("{} {}, since {}", is_copy_ ? "it is a copy of" : "it says",
                              describe(before_->environment, before_->kind, before_->is_protected),
                              before_->stamped_at);
        plan.steps.push_back(
            {fmt::format("stamp the database as {}",
                         describe(environment.name, environment.kind, environment.is_protected)),
             was, false});
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        auto& connection = context.connection();
        in_transaction(connection, {}, {}, [&](Connection& inside) {
            stamp_marker(inside, context.engine(), context.environment(), context.project().name(),
                         is_copy_, context.context().clock.now());
        });
        context.forget_marker();
        fill(context, report, "stamped");
    }

    void verify(OperationContext& context, Report& report) override {
        if (context.marker().state != MarkerState::match)
            throw Error(ErrorKind::integrity, "the database does not say what was stamped")
                .with_hint("somebody else may have changed it: keel env show --explain");
        report.is_protected = context.is_protected();
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        fill(context, report, "is already stamped");
    }

  private:
    void fill(OperationContext& context, Report& report, std::string_view done) {
        const auto& environment = context.environment();
        report.result.set("environment", environment.name)
            .set("kind", to_string(environment.kind))
            .set("protected", environment.is_protected)
            .set("was", marker_json(before_));
        report.body.emplace_back(MarkedLine{
            Mark::ok,
            fmt::format("the database {} as {}", done,
                        describe(environment.name, environment.kind, environment.is_protected))});
    }

    std::optional<Marker> before_;
    bool is_copy_ = false;
};

}  // namespace

std::unique_ptr<Operation> make_env_adopt(const OptionValues&) {
    return std::make_unique<Adopt>();
}

}  // namespace keel
