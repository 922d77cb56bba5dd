#include "ops/copy/split.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/copier.hpp"
#include "db/unpublished.hpp"
#include "ops/copy/copy_filter.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

/// An environment that is to get a database, or why it gets none.
struct Share {
    Environment environment;
    std::string reason;  ///< empty: it gets one
};

class Split final : public Operation {
  public:
    explicit Split(const OptionValues& options) : options_(options), wanted_(options.list("to")) {}

    Plan plan(OperationContext& context) override {
        context.connection();  // which must be there
        find_shares(context);
        Plan plan;
        for (const auto& share : shares_) {
            if (!share.reason.empty()) continue;
            plan.steps.push_back(
                {.step = fmt::format("make the database of '{}'", share.environment.name),
                 .detail = fmt::format("{}, a copy of '{}'", share.environment.url.redacted(),
                                       context.choice().name)});
            // What has no rule is told before anything is made.
            const auto filter = filter_for(context, context.connection(), share.environment);
            filter->add_steps(plan);
        }
        return plan;
    }

    void nothing_to_do(OperationContext& context, Report& report) override {
        report.result.set("source", context.choice().name).set("made", Json::array());
        report_skipped(report);
        report.body.emplace_back(
            MarkedLine{Mark::ok, "every environment has a database of its own already"});
    }

    void apply(OperationContext& context, Report& report) override {
        Json made = Json::array();
        report.result.set("source", context.choice().name);
        for (const auto& share : shares_) {
            if (!share.reason.empty()) continue;
            made.push_back(make(context, share.environment, report));
            report.result.set("made", made);  // what is made is made, whatever comes after
        }
        report_skipped(report);
        const auto& safety = context.safety_backup();
        report.result.set("safety_backup", safety ? Json(*safety) : Json());
        report.next_steps.emplace_back("keel env list");
    }

  private:
    void find_shares(OperationContext& context) {
        shares_.clear();
        const auto names = context.project().environment_names();
        for (const auto& name : wanted_)
            if (std::ranges::find(names, name) == names.end())
                throw Error(ErrorKind::config, fmt::format("no environment is called '{}'{}", name,
                                                           did_you_mean(name, names)))
                    .with_hint("list them with: keel env list");
        for (const auto& name : names) {
            if (name == context.choice().name) continue;
            if (!wanted_.empty() && std::ranges::find(wanted_, name) == wanted_.end()) continue;
            shares_.push_back(look_at(context, context.project().environment(name)));
        }
    }

    static Share look_at(OperationContext& context, Environment environment) {
        Share share{.environment = std::move(environment), .reason = {}};
        const auto& url = share.environment.url;
        if (url == context.environment().url)
            throw Error(ErrorKind::config,
                        fmt::format("'{}' and '{}' are configured with one and the same database",
                                    share.environment.name, context.choice().name))
                .with_hint(fmt::format("give [environments.{}] a url of its own, then run the "
                                       "command again",
                                       share.environment.name));
        if (url.engine() != context.environment().url.engine())
            share.reason = fmt::format("is {}", to_string(url.engine()));
        else if (context.engine().admin().exists(url))
            share.reason = "has a database already";
        return share;
    }

    std::unique_ptr<CopyFilter> filter_for(OperationContext& context, Connection& source,
                                           const Environment& target) const {
        auto filter = std::make_unique<CopyFilter>(options_);
        filter->bring_large_objects();
        filter->prepare_for(context, context.choice().name, context.engine(), source,
                            context.is_protected() && !target.is_protected);
        return filter;
    }

    Json make(OperationContext& context, const Environment& target, Report& report) {
        const Engine& engine = context.engine();
        const ConnectOptions source{
            .url = context.environment().url,
            .read_only = true,
            .ignore_ambient = context.is_testing(),
            .session = context.environment().session,
            .application_name = fmt::format("keel env split {}", context.run_id()),
            .stop = context.context().stop};
        const auto connection = engine.connect(source);
        const auto filter = filter_for(context, *connection, target);
        const CopyOptions options{
            .source = source,
            .to = {.target = target.url, .run_id = context.run_id()},
            .empties_large_objects = filter->empties_large_objects(),
            .leaves_out = [&](std::string_view,
                              std::string_view table) { return filter->empties(table); },
            .transforms = filter->transforms(),
            .on_snapshot = filter->on_snapshot(context.context()),
            .settle =
                [&](Connection& staged) {
                    stamp_marker(staged, engine, target, context.project().name(), true,
                                 context.context().clock.now());
                }};
        auto copied = engine.copier().stage(options, context.context());
        Unpublished staged(engine.admin(), copied.staged);
        context.context().check_cancelled("splitting");
        engine.admin().publish(staged.release(), context.context());
        bind_marker(context, target);
        const auto tables = user_tables(engine.dialect(), copied.tables);
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("made the database of '{}': {}",
                                                                  target.name, size_text(tables))});
        return Json::object()
            .set("environment", target.name)
            .set("tables", tables_json(tables))
            .set("bytes", copied.bytes);
    }

    /// What was stamped beside its place is bound to that place.
    static void bind_marker(OperationContext& context, const Environment& target) {
        const auto connection = context.engine().connect({.url = target.url,
                                                          .read_only = false,
                                                          .ignore_ambient = context.is_testing(),
                                                          .session = target.session});
        stamp_marker(*connection, context.engine(), target, context.project().name(), false,
                     context.context().clock.now());
    }

    void report_skipped(Report& report) const {
        Json skipped = Json::array();
        for (const auto& share : shares_) {
            if (share.reason.empty()) continue;
            skipped.push_back(Json::object()
                                  .set("environment", share.environment.name)
                                  .set("reason", share.reason));
            report.body.emplace_back(MarkedLine{
                Mark::skipped, fmt::format("'{}' {}", share.environment.name, share.reason)});
        }
        report.result.set("skipped", std::move(skipped));
    }

    OptionValues options_;
    std::vector<std::string> wanted_;
    std::vector<Share> shares_;
};

}  // namespace

std::unique_ptr<Operation> make_env_split(const OptionValues& options) {
    return std::make_unique<Split>(options);
}

}  // namespace keel
