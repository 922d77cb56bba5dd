#include "ops/plan/approve.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/kit/approval.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

namespace {

/// --key, KEEL_APPROVER_KEY, or the one place of this user.
std::filesystem::path key_path(OperationContext& context, const OptionValues& options) {
    if (options.has("key")) return options.text("key");
    if (const auto named = context.variables()("KEEL_APPROVER_KEY")) return *named;
    const auto configuration = context.variables()("XDG_CONFIG_HOME");
    if (configuration && !configuration->empty()) {
        return std::filesystem::path(*configuration) / "keel" / "approver.key";
    }
    const auto home = context.variables()("HOME");
    if (!home || home->empty()) {
        throw Error(ErrorKind::usage, "no key to sign with").with_hint("name it with --key FILE");
    }
    return std::filesystem::path(*home) / ".config" / "keel" / "approver.key";
}

SigningKey read_key(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
        throw Error(ErrorKind::config, fmt::format("others may read '{}'", path.native()))
            .with_hint(fmt::format("chmod 600 {}", path.native()));
    }
    try {
        return signing_key_from(Secret(read_file(path, 4096)));
    } catch (Error& error) {
        error.set_hint("make a key with: keel approve --new-key FILE");
        throw;
    }
}

class NewKey final : public Operation {
  public:
    explicit NewKey(std::filesystem::path path) : path_(std::move(path)) {}

    Plan plan(OperationContext&) override {
        return {{{.step = "make a signing key", .detail = path_.native()}}};
    }

    void apply(OperationContext& context, Report& report) override {
        const auto key = new_signing_key();
        if (path_.has_parent_path()) create_directories_durably(path_.parent_path());
        AtomicFile file(path_, 0600, false);
        file.write(key.secret_key.reveal() + "\n");
        file.finish();
        const auto line = fmt::format("{}:{}", context.invocation().actor.name, key.public_key);
        report.result.set("key", path_.native()).set("approver", line);
        report.body.push_back(
            Paragraph{fmt::format("key written to {}; keep it to yourself", path_.native())});
        report.body.push_back(Paragraph{"add this to the environment in keel.toml:"});
        report.body.push_back(Verbatim{fmt::format("approvers = [\"{}\"]", line)});
    }

  private:
    std::filesystem::path path_;
};

class Approve final : public Operation {
  public:
    explicit Approve(const OptionValues& options) : options_(options), path_(options.text("plan")) {
        if (path_.empty()) {
            throw Error(ErrorKind::usage, "'keel approve' needs PLAN")
                .with_hint("name the file that keel plan wrote, or make a key with --new-key FILE");
        }
    }

    Plan plan(OperationContext& context) override {
        file_ = read_plan_file(path_);
        if (context.context().clock.now() >= file_.expires_at) {
            throw Error(ErrorKind::refused,
                        fmt::format("the plan expired at {}", format_utc(file_.expires_at)))
                .with_hint("ask for a new one");
        }
        return {{{.step = fmt::format("approve '{}' on '{}'", file_.operation, file_.environment),
                  .detail = file_.hash()}}};
    }

    void apply(OperationContext& context, Report& report) override {
        const auto key = read_key(key_path(context, options_));
        const auto& actor = context.invocation().actor.name;
        const auto name = options_.text("as", actor);
        if (name == file_.author) {
            report.warnings.push_back(
                "this is your own plan: your approval does not count towards those it needs");
        }
        const auto written = write_approval(path_, file_, name, key, context.context().clock.now());
        for (const auto& step : file_.plan.steps) {
            report.body.push_back(MarkedLine{step.destructive ? Mark::warning : Mark::ok,
                                             fmt::format("{}: {}", step.step, step.detail)});
        }
        report.body.push_back(
            Paragraph{fmt::format("approved as {}; written to {}", name, written.native())});
        report.result.set("approval", written.native()).set("hash", file_.hash());
        report.result.set("approver", name).set("operation", file_.operation);
        report.next_steps.push_back(fmt::format("keel apply {}", path_.native()));
    }

  private:
    OptionValues options_;
    std::filesystem::path path_;
    PlanFile file_;
};

}  // namespace

std::unique_ptr<Operation> make_approve(const OptionValues& options) {
    if (options.has("new-key")) return std::make_unique<NewKey>(options.text("new-key"));
    return std::make_unique<Approve>(options);
}

}  // namespace keel
