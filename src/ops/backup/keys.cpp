#include "ops/backup/keys.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/environment_variables.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/backup/describe.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

constexpr std::uint64_t largest_passphrase = 64 * 1024;
constexpr unsigned private_mode = 0600;

/// A new passphrase, from where the options say; nothing when they say nothing.
std::optional<Secret> new_passphrase(const OptionValues& options) {
    if (options.has("passphrase-env")) {
        const std::string name = options.text("passphrase-env");
        const auto value = process_environment()(name);
        if (value && !value->empty()) return Secret(*value);
        throw Error(ErrorKind::config,
                    fmt::format("the variable {} is not set", escape_controls(name)));
    }
    if (!options.has("passphrase-file")) return std::nullopt;
    const std::string text = read_file(options.text("passphrase-file"), largest_passphrase);
    const std::string first_line = text.substr(0, text.find('\n'));
    if (first_line.empty()) {
        throw Error(ErrorKind::config, fmt::format("'{}' has no passphrase in its first line",
                                                   options.text("passphrase-file")));
    }
    return Secret(first_line);
}

void write_secret(const std::string& path, const Secret& text) {
    AtomicFile file(path, private_mode, false);
    file.write(text.reveal());
    file.finish();
}

Json key_json(const KeySlot& slot) {
    return Json::object()
        .set("id", slot.id)
        .set("kind", to_string(slot.kind))
        .set("created_at", format_utc(slot.created_at))
        .set("recipient", slot.recipient.empty() ? Json() : Json(slot.recipient));
}

class NewKey final : public Operation {
  public:
    explicit NewKey(std::string path) : path_(std::move(path)) {}

    Plan plan(OperationContext&) override {
        return {{{.step = "make a key file", .detail = path_}}};
    }

    void apply(OperationContext&, Report& report) override {
        const Identity identity = new_identity();
        write_secret(path_, identity.text);
        report.result.set("file", path_).set("recipient", identity.recipient);
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("made '{}'", path_)});
        report.body.emplace_back(MarkedLine{Mark::ok, "recipient " + identity.recipient});
        report.next_steps.push_back("keel key add --recipient " + identity.recipient);
    }

  private:
    std::string path_;
};

class AddKey final : public Operation {
  public:
    explicit AddKey(const OptionValues& options) : options_(options) {
        int given = 0;
        for (const auto* name :
             {"passphrase-env", "passphrase-file", "recipient", "key-file", "writer-file"})
            given += options.has(name) ? 1 : 0;
        if (given == 1) return;
        throw Error(ErrorKind::usage, "say which key to add, one at a time")
            .with_hint("keel key add --passphrase-env NEW_PASSPHRASE");
    }

    Plan plan(OperationContext& context) override {
        const Repository repository = open_repository(context);
        if (!repository.is_encrypted()) {
            throw Error(ErrorKind::unsupported,
                        "the backup repository is not encrypted, so it has no keys")
                .with_hint(
                    "configure [backup] encryption, and copy the backups to a new "
                    "repository: keel backup copy-to");
        }
        return {{{.step = "add a key to the backup repository",
                  .detail = options_.has("writer-file") ? "one that may only write" : "a reader"}}};
    }

    void apply(OperationContext& context, Report& report) override {
        Repository repository = open_repository(context);
        if (options_.has("writer-file")) {
            const std::string path = options_.text("writer-file");
            write_secret(path, repository.writer_key());
            report.result.set("id", Json()).set("kind", "writer").set("file", path);
            report.body.emplace_back(
                MarkedLine{Mark::ok, fmt::format("'{}' may write backups, and read none", path)});
            return;
        }
        const auto passphrase = new_passphrase(options_);
        const std::string id = passphrase ? repository.add_passphrase(*passphrase)
                                          : repository.add_recipient(recipient());
        report.result.set("id", id).set("kind", passphrase ? "passphrase" : "recipient");
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("added key {}", id)});
    }

  private:
    /// A key file that is not there yet is made.
    std::string recipient() const {
        if (options_.has("recipient")) return options_.text("recipient");
        const std::string path = options_.text("key-file");
        try {
            return recipient_of(Secret(read_file(path, largest_passphrase)));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;
        }
        const Identity identity = new_identity();
        write_secret(path, identity.text);
        return identity.recipient;
    }

    OptionValues options_;
};

class RemoveKey final : public Operation {
  public:
    explicit RemoveKey(std::string id) : id_(std::move(id)) {}

    Plan plan(OperationContext&) override {
        return {{{.step = fmt::format("remove key {}", escape_controls(id_)),
                  .detail = "from the backup repository"}}};
    }

    void apply(OperationContext& context, Report& report) override {
        open_repository(context).remove_key(id_, context.context());
        report.result.set("id", id_);
        report.body.emplace_back(MarkedLine{Mark::ok, fmt::format("removed key {}", id_)});
    }

  private:
    std::string id_;
};

class RotateKey final : public Operation {
  public:
    explicit RotateKey(const OptionValues& options) : options_(options) {
        if (options.has("passphrase-env") != options.has("passphrase-file")) return;
        throw Error(ErrorKind::usage, "say where the new passphrase is")
            .with_hint("keel key rotate --passphrase-env NEW_PASSPHRASE");
    }

    Plan plan(OperationContext& context) override {
        Plan plan{{{.step = "add the new passphrase", .detail = "to the backup repository"}}};
        const Repository repository = open_repository(context);
        for (const KeySlot& slot : repository.keys()) {
            if (slot.kind == KeySlot::Kind::passphrase)
                plan.steps.push_back({.step = "remove passphrase " + slot.id,
                                      .detail = "of " + time_text(slot.created_at)});
        }
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        Repository repository = open_repository(context);
        const std::vector<KeySlot> before = repository.keys();
        const std::string id = repository.add_passphrase(*new_passphrase(options_));
        Json removed = Json::array();
        for (const KeySlot& slot : before) {
            if (slot.kind != KeySlot::Kind::passphrase) continue;
            repository.remove_key(slot.id, context.context());
            removed.push_back(slot.id);
        }
        report.result.set("id", id).set("removed", std::move(removed));
        report.body.emplace_back(MarkedLine{
            Mark::ok, fmt::format("the new passphrase is key {}; the old ones are gone", id)});
        report.next_steps.emplace_back("keep it where [backup] encryption finds it");
    }

  private:
    OptionValues options_;
};

}  // namespace

void list_keys(OperationContext& context, const OptionValues&, Report& report) {
    const Repository repository = open_repository(context);
    TextTable table{.header = {"id", "kind", "created (UTC)", "recipient"}, .right_aligned = {}};
    Json keys = Json::array();
    for (const KeySlot& slot : repository.keys()) {
        keys.push_back(key_json(slot));
        table.rows.push_back({slot.id, std::string(to_string(slot.kind)),
                              time_text(slot.created_at), slot.recipient});
    }
    if (table.rows.empty())
        report.body.emplace_back(Paragraph{"the backup repository is not encrypted"});
    else
        report.body.emplace_back(std::move(table));
    report.result.set("encrypted", repository.is_encrypted())
        .set("may_read", repository.can_read())
        .set("keys", std::move(keys));
}

std::unique_ptr<Operation> make_key_new(const OptionValues& options) {
    return std::make_unique<NewKey>(options.text("file"));
}

std::unique_ptr<Operation> make_key_add(const OptionValues& options) {
    return std::make_unique<AddKey>(options);
}

std::unique_ptr<Operation> make_key_remove(const OptionValues& options) {
    return std::make_unique<RemoveKey>(options.text("id"));
}

std::unique_ptr<Operation> make_key_rotate(const OptionValues& options) {
    return std::make_unique<RotateKey>(options);
}

}  // namespace keel
