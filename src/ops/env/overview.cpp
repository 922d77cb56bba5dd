#include "ops/env/overview.hpp"

#include <algorithm>
#include <memory>
#include <thread>

#include "base/error.hpp"
#include "db/admin.hpp"

namespace keel {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_attempt{2'000};

/// The engines of the operation that asks, for the contexts of the others.
class BorrowedEngines final : public EngineSet {
  public:
    explicit BorrowedEngines(OperationContext& context) : context_(context) {}
    const Engine& engine(EngineKind kind) const override { return context_.engine_for(kind); }

  private:
    OperationContext& context_;
};

/// One environment, seen as an operation on it would see it.
class Visit {
  public:
    Visit(OperationContext& asking, const EngineSet& engines, std::string name, bool is_active)
        : invocation_(asking.invocation()), spec_(asking.spec()) {
        overview.name = std::move(name);
        overview.is_active = is_active;
        if (!is_active) {
            invocation_.overrides.environment = overview.name;
            invocation_.overrides.database.reset();
        }
        context_ = std::make_unique<OperationContext>(
            OperationContext::Parts{.invocation = invocation_,
                                    .spec = spec_,
                                    .engines = engines,
                                    .services = asking.services(),
                                    .variables = asking.variables(),
                                    .context = asking.context()});
    }

    /// Configuration and address; its secrets are fetched here.
    void resolve() {
        describe([this] {
            const auto& project = context_->project();
            overview.kind = project.kind_of(overview.name);
            overview.is_protected = project.is_protected(overview.name);
            const auto& environment = context_->environment();
            overview.url = environment.url;
            engine_ = &context_->engine();
        });
    }

    /// Safe to run beside other visits: it uses nothing but its own connection.
    void look_for_server() noexcept {
        if (engine_ == nullptr) return;
        describe([this] {
            const auto& environment = context_->environment();
            ConnectOptions options{.url = environment.url,
                                   .ignore_ambient = context_->is_testing(),
                                   .session = environment.session,
                                   .application_name = "keel env list"};
            auto& session = options.session;
            session.connect_timeout = std::min(session.connect_timeout, longest_attempt);
            session.lock_timeout = longest_attempt;
            session.statement_timeout = longest_attempt;
            const auto connection = engine_->connect(options);
            overview.size_bytes = engine_->admin().info(*connection).size_bytes;
            overview.is_reachable = true;
        });
    }

    /// What needs the other families. A database that is not there yet has a backlog, too.
    void ask_services() {
        const auto& services = context_->services();
        if (overview.is_reachable) describe([this] { read_protection(); });
        const bool may_ask = overview.is_reachable || is_missing_;
        if (may_ask && services.migrator != nullptr)
            describe([&] { overview.migrations = services.migrator->summary(*context_); });
        if (overview.url && services.backups != nullptr)
            describe([&] { overview.last_backup = services.backups->newest(*context_); });
        context_->disconnect();
    }

    EnvironmentOverview overview;

  private:
    void read_protection() { overview.is_protected = context_->is_protected(); }

    /// Runs a part; its failure is the environment's problem, and the list goes on. Cancelling is
    /// nobody's problem and is looked at between the parts.
    template <typename Part>
    void describe(const Part& part) noexcept {
        try {
            part();
        } catch (const Error& error) {
            is_missing_ = is_missing_ || error.kind() == ErrorKind::not_found;
            if (overview.problem.empty()) overview.problem = error.message();
        } catch (const std::exception& error) {
            if (overview.problem.empty()) overview.problem = error.what();
        }
    }

    Invocation invocation_;
    OperationSpec spec_;
    std::unique_ptr<OperationContext> context_;
    const Engine* engine_ = nullptr;
    bool is_missing_ = false;
};

}  // namespace

std::vector<EnvironmentOverview> overview_environments(OperationContext& context) {
    const BorrowedEngines engines(context);
    const auto active = context.choice().name;
    std::vector<std::unique_ptr<Visit>> visits;
    for (auto& name : context.project().environment_names()) {
        const bool is_active = name == active;
        visits.push_back(std::make_unique<Visit>(context, engines, std::move(name), is_active));
    }
    for (const auto& visit : visits) {
        context.context().check_cancelled("listing the environments");
        visit->resolve();
    }
    {
        std::vector<std::jthread> searches;
        for (const auto& visit : visits)
            searches.emplace_back([&visit] { visit->look_for_server(); });
    }
    std::vector<EnvironmentOverview> result;
    for (const auto& visit : visits) {
        context.context().check_cancelled("listing the environments");
        visit->ask_services();
        result.push_back(std::move(visit->overview));
    }
    return result;
}

}  // namespace keel
