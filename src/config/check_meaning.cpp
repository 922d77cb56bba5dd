#include "config/check_meaning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/environments.hpp"
#include "config/key_table.hpp"
#include "config/value_rules.hpp"
#include "model/database_url.hpp"

namespace keel {
namespace {

class MeaningChecker {
  public:
    explicit MeaningChecker(const Sources& sources)
        : sources_(sources), table_(sources.merged, sources.variables) {}

    std::vector<Diagnostic> run() {
        check_names();
        check_inheritance();
        check_addresses();
        check_default();
        check_schedule();
        check_local_protection();
        return std::move(findings_);
    }

  private:
    void report(Severity severity, std::string_view rule, std::string message, std::string hint,
                const SourcePosition& where) {
        findings_.push_back(
            {severity, fmt::format("config.{}", rule), std::move(message), std::move(hint), where});
    }

    const std::vector<ConfigMember>& environments() const {
        static const std::vector<ConfigMember> none;
        const auto* node = sources_.merged.find("environments");
        return node ? node->members : none;
    }

    void check_names() {
        static constexpr KeySpec name_key = {"", KeyType::name};
        std::vector<std::pair<std::string, std::string>> seen;
        for (const auto& member : environments()) {
            ConfigNode as_text;
            as_text.type = ConfigNode::Type::text;
            as_text.text = member.key;
            if (const auto problem = value_problem(name_key, as_text); !problem.empty())
                report(Severity::error, "bad-name",
                       fmt::format("'{}' {}", escape_controls(member.key), problem),
                       "rename the environment", member.where);
            const auto name = normalize_environment_name(member.key);
            const auto twin = std::find_if(seen.begin(), seen.end(),
                                           [&](const auto& one) { return one.first == name; });
            if (twin != seen.end())
                report(
                    Severity::error, "same-name",
                    fmt::format("'{}' and '{}' are the same environment", twin->second, member.key),
                    "keep one of them: long and short names are one", member.where);
            seen.emplace_back(name, member.key);
        }
    }

    void check_inheritance() {
        std::vector<std::string> in_circles;
        for (const auto& member : environments()) {
            const auto* parent = member.value.find("inherits");
            if (parent == nullptr) continue;
            const auto name = normalize_environment_name(member.key);
            if (!table_.is_declared(normalize_environment_name(parent->text))) {
                report_unknown("inherits", *parent);
                continue;
            }
            const auto chain = table_.chain(name);
            if (!leads_back(chain, name) ||
                std::find(in_circles.begin(), in_circles.end(), name) != in_circles.end())
                continue;
            in_circles.insert(in_circles.end(), chain.begin(), chain.end());
            report(Severity::error, "circle",
                   fmt::format("environments inherit from each other in a circle: {} -> {}",
                               join(chain, " -> "), name),
                   "take one of the 'inherits' away", parent->where);
        }
    }

    bool leads_back(const std::vector<std::string>& chain, std::string_view name) const {
        for (const auto& member : environments())
            if (normalize_environment_name(member.key) == chain.back())
                if (const auto* parent = member.value.find("inherits"))
                    return normalize_environment_name(parent->text) == name;
        return false;
    }

    void report_unknown(std::string_view key, const ConfigNode& name) {
        const auto known = table_.names();
        report(Severity::error, "unknown-environment",
               fmt::format("'{}' names the unknown environment '{}'{}", key, name.text,
                           did_you_mean(normalize_environment_name(name.text), known)),
               fmt::format("known: {}", join(known, ", ")), name.where);
    }

    void check_addresses() {
        for (const auto& member : environments()) {
            if (const auto* url = member.value.find("url")) check_address(*url);
            if (const auto* replicas = member.value.find("replicas"))
                for (const auto& one : replicas->items) check_address(one);
        }
    }

    /// Only those that stand in the file as they are: the others are known once they are fetched.
    void check_address(const ConfigNode& node) {
        if (!node.is_text() || node.text.find("${") != std::string::npos) return;
        try {
            const auto url = DatabaseUrl::parse(node.text, sources_.root);
            if (!url.password().empty())
                report(Severity::warning, "literal-password",
                       "a password stands in the configuration file",
                       "take it from { env = }, { file = } or { command = }, or from ~/.pgpass",
                       node.where);
        } catch (const Error& error) {
            auto finding = to_finding(error, "config.bad-url");
            finding.where = node.where;
            findings_.push_back(std::move(finding));
        }
    }

    void check_default() {
        const auto* project = sources_.merged.find("project");
        const auto* name = project ? project->find("default") : nullptr;
        if (name != nullptr && !table_.knows(normalize_environment_name(name->text)))
            report_unknown("default", *name);
    }

    void check_schedule() {
        const auto* schedule = sources_.merged.find("schedule");
        if (schedule == nullptr) return;
        for (const auto& entry : schedule->items) {
            const int times = (entry.find("at") != nullptr) + (entry.find("every") != nullptr) +
                              (entry.find("cron") != nullptr);
            if (times != 1)
                report(Severity::error, "bad-schedule",
                       "a [[schedule]] needs exactly one of 'at', 'every' and 'cron'",
                       "at = \"02:30\", every = \"6h\" or cron = \"30 2 * * *\"", entry.where);
            const auto* name = entry.find("environment");
            if (name != nullptr && !table_.knows(normalize_environment_name(name->text)))
                report_unknown("environment", *name);
        }
    }

    void check_local_protection() {
        check_local_rehearsal();
        const EnvironmentTable base(sources_.base, sources_.variables);
        for (const auto& member : environments()) {
            const auto name = normalize_environment_name(member.key);
            if (!base.is_declared(name)) continue;
            const bool opens = base.is_protected(name) && !table_.is_protected(name);
            if (!opens && !lowers_approvals(base, name)) continue;
            report(Severity::error, "lowers-protection",
                   fmt::format("keel.local.toml may not lower the protection of '{}'", name),
                   "change keel.toml, where everybody sees it", lowering_position(member));
        }
    }

    void check_local_rehearsal() {
        const auto* migrations = sources_.merged.find("migrations");
        const auto* wanted = migrations == nullptr ? nullptr : migrations->find("rehearsal");
        if (wanted == nullptr || !is_local(wanted->where) || wanted->text == "refuse") return;
        report(Severity::error, "lowers-protection",
               "keel.local.toml may not do without rehearsals",
               "change keel.toml, where everybody sees it", wanted->where);
    }

    /// Fewer approvals than everybody agreed on, or other people to give them.
    bool lowers_approvals(const EnvironmentTable& base, std::string_view name) const {
        const auto* shared = base.value(name, "approvals");
        if (shared == nullptr || shared->integer == 0) return false;
        const auto* here = table_.value(name, "approvals");
        const auto* approvers = table_.value(name, "approvers");
        return here == nullptr || here->integer < shared->integer ||
               (approvers != nullptr && is_local(approvers->where));
    }

    static bool is_local(const SourcePosition& where) {
        return where.file.ends_with("keel.local.toml");
    }

    static SourcePosition lowering_position(const ConfigMember& member) {
        for (const auto* key : {"protected", "kind", "inherits", "url", "approvals", "approvers"})
            if (const auto* found = member.value.find(key))
                if (is_local(found->where)) return found->where;
        return member.where;
    }

    const Sources& sources_;
    EnvironmentTable table_;
    std::vector<Diagnostic> findings_;
};

}  // namespace

std::vector<Diagnostic> check_meaning(const Sources& sources) {
    return MeaningChecker(sources).run();
}

}  // namespace keel
