#include "ops/lint/lint.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/lint/fixes.hpp"
#include "ops/lint/formats.hpp"
#include "ops/lint/git_base.hpp"
#include "ops/lint/project_lint.hpp"

namespace keel {
namespace {

using lint::Finding;

/// One word of a closed set, or its fallback.
std::string choice_of(const OptionValues& options, std::string_view name,
                      std::initializer_list<std::string_view> words) {
    const std::string given = options.text(name, *words.begin());
    const std::vector<std::string> known(words.begin(), words.end());
    if (std::ranges::find(known, given) != known.end()) return given;
    throw Error(ErrorKind::usage,
                fmt::format("--{} cannot be '{}'{}", name, given, did_you_mean(given, known)))
        .with_hint(fmt::format("it is one of: {}", join(known, ", ")));
}

class LintRun {
  public:
    LintRun(OperationContext& context, const OptionValues& options, Report& report)
        : context_(context), options_(options), report_(report) {}

    void run() {
        format_ = choice_of(options_, "format", {"text", "github", "sarif"});
        fail_on_ = choice_of(options_, "fail-on", {"warning", "error", "info", "never"});
        if (!read_files()) return finish();
        read_history();
        choose();
        findings_ = find();
        if (options_.flag("fix")) fix();
        finish();
    }

  private:
    /// False when a file cannot be read, or two have one version: then that is what is found.
    bool read_files() {
        try {
            files_ = context_.services().migrations->read(context_);
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::invalid_input) throw;
            const bool is_twin =
                error.message().find("version") != std::string::npos && error.where().line == 0;
            const lint::Rule* rule = lint::find_rule(is_twin ? "H03" : "X01");
            findings_.push_back(
                {.rule = rule,
                 .severity = Severity::error,
                 .where = error.where(),
                 .message = error.message(),
                 .instead = error.hint().empty() ? std::string(rule->instead) : error.hint()});
            return false;
        }
    }

    void read_history() {
        if (options_.flag("offline")) return;
        live_ = lint::look_at_database(context_, report_.warnings);
        if (live_.connection == nullptr) return;
        const auto rows = context_.services().migrations->history(context_);
        applied_ = lint::applied_versions(rows);
        for (const Migration& file : files_) compare_with_history(file, rows);
    }

    void compare_with_history(const Migration& file, const std::vector<AppliedMigration>& rows) {
        if (!is_applied(file)) return;
        const auto row = std::find_if(rows.rbegin(), rows.rend(), [&](const auto& one) {
            return version_key(one.version) == version_key(file.version);
        });
        const bool is_changed =
            row != rows.rend() && !row->checksum.empty() && row->checksum != file.checksum;
        if (file.kind == MigrationKind::repeatable) {
            // Edited, it runs again: that is what it is for.
            if (is_changed) applied_.erase(std::string(version_key(file.version)));
            return;
        }
        if (is_changed) provenance_.changed_since.push_back(file.file.native());
        const std::string& newest = provenance_.newest_applied;
        if (newest.empty() || version_less(newest, file.version))
            provenance_.newest_applied = file.version;
    }

    bool is_applied(const Migration& file) const {
        return applied_.contains(std::string(version_key(file.version)));
    }

    void choose() {
        wanted_.assign(files_.size(), true);
        choose_since();
        choose_latest();
        choose_named();
        if (!options_.has("git-base")) return;
        lint::compare_with_base(context_, options_.text("git-base"), files_, provenance_);
        for (std::size_t at = 0; at < files_.size(); ++at) {
            const auto& file = files_[at].file.native();
            const auto has = [&](const auto& list) {
                return std::ranges::find(list, file) != list.end();
            };
            if (!has(provenance_.new_since_base) && !has(provenance_.changed_since_base))
                wanted_[at] = false;
        }
    }

    void choose_since() {
        const std::string& since = context_.project().lint().since;
        if (since.empty()) return;
        for (std::size_t at = 0; at < files_.size(); ++at)
            if (version_less(files_[at].version, since)) wanted_[at] = false;
    }

    void choose_latest() {
        if (!options_.has("latest")) return;
        const auto latest = options_.integer("latest", 1);
        if (latest < 1) throw Error(ErrorKind::usage, "--latest must be at least 1");
        const auto count = static_cast<std::size_t>(latest);
        for (std::size_t at = 0; at + count < files_.size(); ++at) wanted_[at] = false;
    }

    void choose_named() {
        const auto names = options_.list("files");
        if (names.empty()) return;
        std::vector<bool> named(files_.size(), false);
        for (const std::string& name : names) {
            bool found = false;
            for (std::size_t at = 0; at < files_.size(); ++at) {
                if (!is_called(files_[at], name)) continue;
                named[at] = found = true;
            }
            if (!found)
                throw Error(ErrorKind::not_found, fmt::format("there is no migration '{}'", name))
                    .with_hint("list them with: keel migrate status");
        }
        for (std::size_t at = 0; at < files_.size(); ++at) wanted_[at] = wanted_[at] && named[at];
    }

    static bool is_called(const Migration& file, const std::string& name) {
        const std::filesystem::path path(name);
        return file.file == path || file.file.filename() == path.filename() ||
               file.version == name || file.name == name || file.file.stem() == name;
    }

    std::vector<Finding> find() {
        const lint::LintRequest request{
            .engine = context_.engine(),
            .files = files_,
            .wants = [&](int number) { return wanted_[static_cast<std::size_t>(number)]; },
            .is_applied =
                [&](int number) { return is_applied(files_[static_cast<std::size_t>(number)]); },
            .text_of =
                [&](const std::filesystem::path& one) { return lint::file_text(context_, one); },
            .settings = lint::settings_of(context_.project().lint()),
            .live = live_,
            .provenance = provenance_,
            .today = lint::today(context_.context().clock),
            .context = context_.context()};
        return run_lint(request);
    }

    void fix() {
        const auto fixed = lint::fix_files(findings_, [&](const std::filesystem::path& one) {
            return lint::file_text(context_, one);
        });
        Json list = Json::array();
        const bool is_dry = context_.invocation().dry_run;
        for (const lint::FixedFile& file : fixed) {
            if (!is_dry) write(file);
            list.push_back(
                Json::object().set("file", file.file).set("rules", Json::from(file.rules)));
            report_.body.emplace_back(
                MarkedLine{Mark::ok, fmt::format("{} {}: {}", is_dry ? "would rewrite" : "rewrote",
                                                 file.file, join(file.rules, ", "))});
        }
        report_.result.set("fixed", std::move(list));
        if (fixed.empty() || is_dry) return;
        files_ = context_.services().migrations->read(context_);
        findings_ = find();
    }

    void write(const lint::FixedFile& file) {
        const std::filesystem::path shown(file.file);
        const auto path = shown.is_absolute() ? shown : context_.project().root() / shown;
        struct stat status{};
        constexpr unsigned usual_mode = 0644;
        constexpr unsigned mode_bits = 0777;
        const bool is_known = ::stat(path.c_str(), &status) == 0;
        write_file_atomically(path, file.text, is_known ? status.st_mode & mode_bits : usual_mode);
    }

    bool counts(const Finding& finding) const {
        if (fail_on_ == "never") return false;
        if (fail_on_ == "error") return finding.severity == Severity::error;
        return fail_on_ == "info" || finding.severity != Severity::info;
    }

    void finish() {
        report_.result.set("findings", lint::findings_json(findings_));
        report_.result.set("files", static_cast<std::int64_t>(std::ranges::count(wanted_, true)));
        report_.result.set("connected", live_.connection != nullptr);
        report_.has_findings =
            std::ranges::any_of(findings_, [&](const Finding& one) { return counts(one); });
        if (format_ == "github") {
            report_.body = {Verbatim{lint::findings_github(findings_)}};
        } else if (format_ == "sarif") {
            report_.body = {Verbatim{lint::findings_sarif(findings_).dump(2)}};
        } else {
            show_text();
        }
    }

    void show_text() {
        std::vector<Finding> shown = findings_;
        if (!options_.flag("all"))
            std::erase_if(shown,
                          [](const Finding& one) { return one.applied && one.rule->id != "H02"; });
        if (!shown.empty()) report_.body.emplace_back(Verbatim{lint::findings_text(shown)});
        const auto count = [&](Severity severity) {
            return static_cast<std::uint64_t>(
                std::ranges::count(shown, severity, &Finding::severity));
        };
        std::string summary = fmt::format(
            "{}: {}, {}, {}",
            count_of(static_cast<std::uint64_t>(std::ranges::count(wanted_, true)), "migration"),
            count_of(count(Severity::error), "error"),
            count_of(count(Severity::warning), "warning"), count_of(count(Severity::info), "info"));
        if (shown.size() < findings_.size())
            summary += fmt::format("; {} in applied migrations are not shown (--all)",
                                   findings_.size() - shown.size());
        const Mark mark = count(Severity::error) > 0     ? Mark::failure
                          : count(Severity::warning) > 0 ? Mark::warning
                                                         : Mark::ok;
        report_.body.emplace_back(MarkedLine{mark, std::move(summary)});
    }

    OperationContext& context_;
    const OptionValues& options_;
    Report& report_;
    std::string format_;
    std::string fail_on_;
    std::vector<Migration> files_;
    std::vector<bool> wanted_;
    std::set<std::string> applied_;
    lint::LiveKnowledge live_;
    lint::Provenance provenance_;
    std::vector<Finding> findings_;
};

void list_rules(Report& report) {
    TextTable table{.header = {"rule", "name", "severity", "a migration that"}};
    for (const lint::Rule& rule : lint::all_rules())
        table.rows.push_back({std::string(rule.id), std::string(rule.name),
                              std::string(to_string(rule.severity)) + (rule.opt_in ? ", off" : ""),
                              std::string(rule.title)});
    report.result.set("rules", lint::rules_json());
    report.body.emplace_back(std::move(table));
}

void explain_rule(const std::string& wanted, Report& report) {
    const lint::Rule* rule = lint::find_rule(wanted);
    if (rule == nullptr)
        throw Error(ErrorKind::not_found, fmt::format("there is no rule '{}'", wanted))
            .with_hint("list the rules with: keel migrate lint --rules");
    report.result.set("rule", rule->id).set("page", lint::rule_page(*rule));
    report.body.emplace_back(Verbatim{lint::rule_page(*rule)});
}

}  // namespace

void lint_migrations(OperationContext& context, const OptionValues& options, Report& report) {
    if (options.flag("rules")) return list_rules(report);
    if (options.has("explain")) return explain_rule(options.text("explain"), report);
    LintRun(context, options, report).run();
}

}  // namespace keel
