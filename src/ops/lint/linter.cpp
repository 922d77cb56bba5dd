#include "ops/lint/linter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <tuple>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "ops/lint/ignores.hpp"
#include "ops/lint/live_rows.hpp"

namespace keel::lint {
namespace {

constexpr std::int64_t many_rows = 1'000'000;
constexpr std::int64_t few_rows = 1'000;
/// Files before it that a file is compared with.
constexpr std::size_t neighbours = 20;

bool is_for(const Rule& rule, EngineKind engine) noexcept {
    if (rule.scope == Scope::both) return true;
    return (rule.scope == Scope::sqlite) == (engine == EngineKind::sqlite);
}

class Linter {
  public:
    explicit Linter(const LintRequest& request)
        : request_(request),
          state_(request.engine.kind()),
          scratch_(request.engine.make_scratch()) {
        for (const Rule& rule : all_rules())
            if (is_on(rule)) rules_.push_back(&rule);
        if (scratch_) version_ = scratch_->version();
    }

    std::vector<Finding> run() {
        for (const Migration& migration : request_.files) {
            request_.context.check_cancelled("linting migrations");
            JudgedFile file = judge_file(migration, request_.engine);
            file.number = number_++;
            file.applied = request_.is_applied(file.number);
            if (!file.applied) meet_database();
            lint_file(std::move(file));
        }
        return std::move(findings_);
    }

  private:
    bool is_on(const Rule& rule) const {
        const bool is_ignored = request_.settings.ignored.contains(rule.id);
        const bool is_enabled = !rule.opt_in || request_.settings.enabled.contains(rule.id);
        return is_for(rule, request_.engine.kind()) && !is_ignored && is_enabled;
    }

    /// From the first file that is not applied on, what the database has counts.
    void meet_database() {
        const LiveKnowledge& live = request_.live;
        if (has_met_ || live.connection == nullptr) return;
        has_met_ = true;
        state_ = SchemaState::from(live.catalog, request_.engine.kind(),
                                   request_.engine.statement_reader());
        if (scratch_) {
            scratch_ = request_.engine.make_scratch();
            scratch_->copy_definitions(*live.connection);
        }
        rows_ =
            std::make_unique<ConnectedRows>(*live.connection, request_.engine.dialect(), state_);
    }

    void lint_file(JudgedFile file) {
        const bool is_wanted = request_.wants(file.number);
        const SchemaState before = state_;
        play(file, file.up, state_, is_wanted);
        SchemaState undone = state_;
        if (is_wanted && !file.down.empty()) {
            if (scratch_) scratch_->begin();
            play(file, file.down, undone, is_wanted);
            if (scratch_) scratch_->rollback();
        }
        if (is_wanted) {
            judge_whole(file, before, undone);
            keep(file);
        }
        earlier_.push_back(std::move(file));
        if (earlier_.size() > neighbours) earlier_.erase(earlier_.begin());
    }

    void play(JudgedFile& file, std::vector<JudgedStatement>& statements, SchemaState& state,
              bool is_wanted) {
        const bool is_down = &statements == &file.down;
        for (std::size_t at = 0; at < statements.size(); ++at) {
            JudgedStatement& statement = statements[at];
            if (scratch_) statement.trial = scratch_->run(statement.statement.text);
            if (is_wanted) judge_statement(file, statement, at, state, is_down);
            for (const SqlAction& action : statement.read.actions) {
                if (is_wanted) judge_action(file, statement, at, action, state, is_down);
                state.apply(action, file.number);
            }
        }
    }

    Subject subject(const JudgedFile& file, const SchemaState& state) const {
        return {.engine = request_.engine.kind(),
                .file = file,
                .earlier = std::span<const JudgedFile>(earlier_),
                .before = state,
                .rows = rows_.get(),
                .provenance = &request_.provenance,
                .engine_version = version_};
    }

    void judge_statement(const JudgedFile& file, const JudgedStatement& statement, std::size_t at,
                         const SchemaState& state, bool is_down) {
        Subject about = subject(file, state);
        about.statement = &statement;
        about.index = at;
        about.is_down = is_down;
        ask(Level::statement, about);
    }

    void judge_action(const JudgedFile& file, const JudgedStatement& statement, std::size_t at,
                      const SqlAction& action, const SchemaState& state, bool is_down) {
        Subject about = subject(file, state);
        about.statement = &statement;
        about.index = at;
        about.is_down = is_down;
        about.action = &action;
        about.table = state.table(action.object);
        const bool is_about_index =
            action.kind == ActionKind::drop_index || action.kind == ActionKind::reindex;
        if (about.table == nullptr && is_about_index)
            about.table = state.table_of_index(action.name);
        ask(Level::action, about);
    }

    void judge_whole(const JudgedFile& file, const SchemaState& before, const SchemaState& undone) {
        Subject about = subject(file, before);
        about.after = &state_;
        about.after_down = file.down.empty() ? nullptr : &undone;
        ask(Level::file, about);
        if (!file.migration->problem.empty())
            add(*find_rule("X01"), about,
                {.message = "this migration " + file.migration->problem,
                 .severity = Severity::info,
                 .instead = file.migration->problem_hint},
                {.file = file.migration->file.native(), .line = 1, .column = 1});
        for (const Error& error : file.unreadable)
            add(*find_rule("X01"), about, {.message = error.message(), .instead = error.hint()},
                error.where());
    }

    void ask(Level level, const Subject& about) {
        for (const Rule* rule : rules_) {
            if (rule->level != level || (about.is_down && !rule->in_down)) continue;
            remarks_.clear();
            rule->check(about, remarks_);
            for (Remark& remark : remarks_) {
                const SourcePosition where = place_of(about, remark);
                add(*rule, about, std::move(remark), where);
            }
        }
    }

    static SourcePosition place_of(const Subject& about, const Remark& remark) {
        const Migration& migration = *about.file.migration;
        const JudgedStatement* statement = remark.at != nullptr ? remark.at : about.statement;
        if (statement == nullptr) return {.file = migration.file.native(), .line = 1, .column = 1};
        const std::size_t own = about.action != nullptr ? about.action->offset : 0;
        return statement->locate(migration, remark.offset.value_or(own));
    }

    void add(const Rule& rule, const Subject& about, Remark remark, const SourcePosition& where) {
        Finding finding{.rule = &rule,
                        .severity = remark.severity.value_or(rule.severity),
                        .where = where,
                        .message = std::move(remark.message),
                        .instead = remark.instead.empty() ? std::string(rule.instead)
                                                          : std::move(remark.instead),
                        .applied = about.file.applied,
                        .migration = about.file.migration,
                        .edits = std::move(remark.edits)};
        if (rule.by_rows && about.table != nullptr) weigh(finding, *about.table);
        if (request_.settings.errors.contains(rule.id)) finding.severity = Severity::error;
        if (about.file.applied && rule.id != "H02") finding.severity = Severity::info;
        current_.push_back(std::move(finding));
    }

    /// The more rows, the longer it takes. Few rows say something only where they are those that
    /// count: an empty development database says nothing about production.
    void weigh(Finding& finding, const TableState& table) const {
        if (!table.rows) return;
        if (*table.rows >= many_rows) finding.severity = Severity::error;
        if (*table.rows < few_rows && request_.live.is_protected) finding.severity = Severity::info;
        const bool says_so = finding.message.find(" rows)") != std::string::npos;
        if (!says_so && *table.rows > 0)
            finding.message += fmt::format(" (about {} rows)", *table.rows);
    }

    void keep(const JudgedFile& file) {
        for (const auto& path : file.paths()) {
            auto ignores = read_ignores(request_.text_of(path), request_.today);
            apply_ignores(ignores, file, path.native(), current_);
        }
        std::erase_if(current_, [&](const Finding& finding) {
            return request_.settings.ignored.contains(finding.rule->id);
        });
        std::ranges::stable_sort(current_, [](const Finding& left, const Finding& right) {
            return std::tie(left.where.file, left.where.line, left.where.column) <
                   std::tie(right.where.file, right.where.line, right.where.column);
        });
        findings_.insert(findings_.end(), std::make_move_iterator(current_.begin()),
                         std::make_move_iterator(current_.end()));
        current_.clear();
    }

    const LintRequest& request_;
    SchemaState state_;
    std::unique_ptr<ScratchSchema> scratch_;
    std::string version_;
    std::unique_ptr<ConnectedRows> rows_;
    std::vector<const Rule*> rules_;
    std::vector<JudgedFile> earlier_;
    Remarks remarks_;
    std::vector<Finding> current_;
    std::vector<Finding> findings_;
    int number_ = 0;
    bool has_met_ = false;
};

}  // namespace

std::vector<Finding> run_lint(const LintRequest& request) {
    return Linter(request).run();
}

}  // namespace keel::lint
