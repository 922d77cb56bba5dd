#include "ops/kit/schema_prove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/schema_change.hpp"
#include "db/transaction.hpp"

namespace keel {
namespace {

// One transaction holds a lock for each object it makes, and a server has room for so many.
constexpr std::size_t statements_at_once = 100;

std::vector<Statement> statements_of(const std::vector<SchemaStep>& steps) {
    std::vector<Statement> statements;
    for (const auto& step : steps) {
        statements.emplace_back();
        statements.back().text = step.sql;
        statements.back().number = static_cast<int>(statements.size());
    }
    return statements;
}

void run_alone(Connection& connection, const std::vector<Statement>& statements) {
    for (const auto& statement : statements) connection.run_script(std::span(&statement, 1));
}

/// As a migration runs them.
void run_steps(const Engine& engine, Connection& connection, const std::vector<SchemaStep>& steps,
               bool transaction) {
    const auto statements = statements_of(steps);
    const auto guard = engine.guard_schema_change(
        connection, {.statements = statements, .lock_timeout = std::nullopt});
    try {
        if (!transaction) return run_alone(connection, statements);
        Transaction work(connection);
        if (guard) guard->after_begin();
        connection.run_script(statements);
        if (guard) guard->before_commit();
        work.commit();
    } catch (Error& error) {
        const auto number = static_cast<std::size_t>(std::max(error.where().statement, 0));
        if (number > 0 && number <= steps.size())
            error.add_trail(fmt::format("run in a scratch database: {}", steps[number - 1].sql));
        throw;
    }
}

class Prover {
  public:
    Prover(const Engine& engine, Connection& scratch, const ProofOptions& options,
           const Context& context)
        : engine_(engine),
          tools_(engine.schema_tools()),
          scratch_(scratch),
          options_(options),
          context_(context) {}

    ProvenPlan run(const SchemaModel& from, const SchemaModel& to) {
        build_schema(engine_, scratch_, from);
        auto state = read();
        expect(state, from, "the schema could not be made again in a scratch database");
        ProvenPlan plan;
        std::vector<SchemaStep> steps;
        rename(options_.renames, state, plan, steps);
        rename(tools_.same_but_name(state, to), state, plan, steps);
        states_ = {from, state};
        plan.differences = differences(state, to);
        const auto renames = steps;
        add_phases(plan, renames, tools_.plan(state, to, {.online = options_.online}));
        for (std::size_t at = 0; at < plan.phases.size(); ++at) {
            context_.check_cancelled("proving the plan");
            const bool has_renames = at == 0 && !renames.empty();
            steps = plan.phases[at].up;
            if (has_renames)
                steps.erase(steps.begin(),
                            steps.begin() + static_cast<std::ptrdiff_t>(renames.size()));
            run_steps(engine_, scratch_, steps, plan.phases[at].transaction);
            state = read();
            ends_.push_back(state);
        }
        expect(state, to, "the plan does not lead to the wanted schema");
        take_back(plan, from);
        return plan;
    }

  private:
    SchemaModel read() { return tools_.read(scratch_); }

    void rename(const std::vector<SchemaRename>& renames, SchemaModel& state, ProvenPlan& plan,
                std::vector<SchemaStep>& steps) {
        std::vector<SchemaStep> own;
        for (const auto& rename : renames) {
            plan.renames.push_back(rename);
            own.push_back(
                {.sql = tools_.rename(rename), .object = rename.kind + ':' + rename.from});
        }
        if (own.empty()) return;
        run_steps(engine_, scratch_, own, true);
        std::ranges::move(own, std::back_inserter(steps));
        state = read();
    }

    static void add_phases(ProvenPlan& plan, const std::vector<SchemaStep>& renames,
                           std::vector<SchemaStep> steps) {
        if (!renames.empty()) plan.phases.push_back({.up = renames});
        for (auto& step : steps) {
            const bool continues = !plan.phases.empty() &&
                                   (last_phase_of(plan) == step.phase || is_only(plan, renames)) &&
                                   plan.phases.back().transaction == step.transaction;
            if (!continues) plan.phases.push_back({.transaction = step.transaction});
            plan.phases.back().up.push_back(std::move(step));
        }
    }
    static int last_phase_of(const ProvenPlan& plan) { return plan.phases.back().up.back().phase; }
    static bool is_only(const ProvenPlan& plan, const std::vector<SchemaStep>& renames) {
        return plan.phases.size() == 1 && plan.phases.front().up.size() == renames.size();
    }

    void take_back(ProvenPlan& plan, const SchemaModel& from) {
        for (std::size_t at = plan.phases.size(); at-- > 0;) {
            context_.check_cancelled("proving the way back");
            auto& phase = plan.phases[at];
            const bool is_first = at == 0;
            const auto& before = is_first ? states_[1] : ends_[at - 1];
            phase.down = tools_.plan(ends_[at], before, {});
            run_steps(engine_, scratch_, phase.down, true);
            expect(read(), before, "the way back does not lead to the schema as it was");
            if (is_first) rename_back(plan, phase, from);
        }
    }

    void rename_back(const ProvenPlan& plan, PlanPhase& phase, const SchemaModel& from) {
        std::vector<SchemaStep> steps;
        for (auto rename = plan.renames.rbegin(); rename != plan.renames.rend(); ++rename) {
            const auto dot = last_dot(rename->from);
            const auto owner = dot == std::string::npos ? "" : rename->from.substr(0, dot + 1);
            const auto old = dot == std::string::npos ? rename->from : rename->from.substr(dot + 1);
            steps.push_back({.sql = tools_.rename({rename->kind, owner + rename->to, old}),
                             .object = rename->kind + ':' + owner + rename->to});
        }
        if (steps.empty()) return;
        run_steps(engine_, scratch_, steps, true);
        expect(read(), from, "the way back does not lead to the schema as it was");
        std::ranges::move(steps, std::back_inserter(phase.down));
    }

    static std::size_t last_dot(const std::string& name) {
        bool is_quoted = false;
        for (std::size_t at = name.size(); at-- > 0;) {
            if (name[at] == '"') is_quoted = !is_quoted;
            if (name[at] == '.' && !is_quoted) return at;
        }
        return std::string::npos;
    }

    static void expect(const SchemaModel& found, const SchemaModel& wanted, const char* otherwise) {
        const auto rest = differences(found, wanted);
        if (rest.empty()) return;
        throw Error(ErrorKind::unsupported, fmt::format("{}: {}", otherwise, summarize(rest)))
            .with_hint("write this part by hand: keel migrate new NAME");
    }

    const Engine& engine_;
    const SchemaTools& tools_;
    Connection& scratch_;
    const ProofOptions& options_;
    const Context& context_;
    std::vector<SchemaModel> states_;
    std::vector<SchemaModel> ends_;  ///< of each phase
};

}  // namespace

bool ProvenPlan::is_destructive() const noexcept {
    return std::ranges::any_of(phases, [](const PlanPhase& phase) {
        return std::ranges::any_of(phase.up,
                                   [](const SchemaStep& step) { return step.destructive; });
    });
}

ProvenPlan prove_plan(const Engine& engine, Connection& scratch, const SchemaModel& from,
                      const SchemaModel& to, const ProofOptions& options, const Context& context) {
    if (differences(from, to).empty()) return {};
    return Prover(engine, scratch, options, context).run(from, to);
}

void build_schema(const Engine& engine, Connection& connection, const SchemaModel& model) {
    const auto sections = engine.schema_tools().write(model);
    std::vector<SchemaStep> steps;
    for (const auto* section : {&sections.pre_data, &sections.post_data})
        for (const auto& sql : *section) steps.push_back({.sql = sql});
    const auto statements = statements_of(steps);
    for (std::span<const Statement> rest = statements; !rest.empty();) {
        const auto batch = rest.first(std::min(statements_at_once, rest.size()));
        Transaction transaction(connection);
        connection.run_script(batch);
        transaction.commit();
        rest = rest.subspan(batch.size());
    }
}

std::string summarize(const std::vector<SchemaDifference>& differences) {
    constexpr std::size_t room = 4;
    std::vector<std::string> parts;
    for (const auto& difference : differences) {
        if (parts.size() == room) break;
        auto part =
            fmt::format("{} {} {}", to_string(difference.action), difference.kind, difference.name);
        if (!difference.changes.empty()) part += " (" + join(difference.changes, "; ") + ")";
        parts.push_back(std::move(part));
    }
    auto text = join(parts, ", ");
    if (differences.size() > room) text += fmt::format(" and {} more", differences.size() - room);
    return text;
}

}  // namespace keel
