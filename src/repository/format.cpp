#include "repository/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "repository/sealed.hpp"

namespace keel {
namespace {

constexpr std::string_view magic = "keel backup repository";
constexpr std::array<std::string_view, 2> keys = {"format", "format.copy"};
constexpr std::uint64_t largest_format = 64 * 1024;
constexpr Seal format_seal{.kind = "format", .repository = ""};

/// The version of a format file that may be newer than anything we know: all versions keep it
/// there.
std::int64_t version_in(std::string_view text) {
    try {
        return Json::parse(text).at("body").at("version").as_integer();
    } catch (const Error&) {
        return 0;  // no such text: whoever asked knows that it is damaged
    }
}

/// 0 is no version: the file is damaged.
void refuse_other(std::int64_t version, const Storage& storage) {
    if (version == repository_version || version == 0) return;
    throw Error(ErrorKind::unsupported,
                fmt::format("the backup repository '{}' has format {}; this keel ({}) reads {}",
                            storage.location(), version, keel::version(), repository_version))
        .with_hint(version > repository_version ? "use the newer keel that wrote it"
                                                : "use the older keel that wrote it, or begin a "
                                                  "new repository with --repository");
}

/// Nothing when it is not there. Throws ErrorKind::integrity when it is damaged.
std::optional<std::string> read_text(const Storage& storage, std::string_view key) {
    if (!storage.exists(key)) return std::nullopt;
    std::string text = storage.read(key, largest_format);
    const std::string name = fmt::format("the file '{}' of the backup repository", key);
    try {
        const Json body = unseal(text, format_seal, name);
        refuse_other(body.at("version").as_integer(), storage);
        if (body.at("format").as_string() == magic && !body.at("repository").as_string().empty()) {
            return text;
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::integrity) refuse_other(version_in(text), storage);
        throw;
    }
    throw Error(ErrorKind::integrity, fmt::format("{} is of no backup repository", name));
}

struct Copies {
    std::array<std::optional<std::string>, 2> texts;
    std::string problem;

    const std::optional<std::string>& good() const { return texts[0] ? texts[0] : texts[1]; }
};

Copies read_copies(const Storage& storage) {
    Copies copies;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        try {
            copies.texts[i] = read_text(storage, keys[i]);
            if (!copies.texts[i]) copies.problem = fmt::format("its file '{}' is missing", keys[i]);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::integrity) throw;
            copies.problem = error.message();
        }
    }
    if (!copies.good()) return copies;
    if (copies.texts[0] && copies.texts[1] && *copies.texts[0] != *copies.texts[1]) {
        throw Error(
            ErrorKind::integrity,
            fmt::format("the files 'format' and 'format.copy' in '{}' are of two repositories",
                        storage.location()))
            .with_hint("keep the one that the repository was made with, and remove the other");
    }
    return copies;
}

}  // namespace

std::optional<RepositoryFormat> read_format(const Storage& storage) {
    Copies copies = read_copies(storage);
    if (!copies.good()) {
        const bool is_there =
            std::ranges::any_of(keys, [&](auto key) { return storage.exists(key); });
        if (!is_there) return std::nullopt;
        throw Error(ErrorKind::integrity,
                    fmt::format("the backup repository '{}' cannot be read: {}", storage.location(),
                                copies.problem))
            .with_hint("bring its file 'format' back from a copy of the repository");
    }
    const Json body = unseal(*copies.good(), format_seal, keys[0]);
    RepositoryFormat format{.uuid = body.at("repository").as_string(),
                            .public_key = std::nullopt,
                            .problem = std::move(copies.problem)};
    const std::string public_key = body.string_or("public_key", "");
    if (!public_key.empty()) read_hex(public_key, format.public_key.emplace(), "the file 'format'");
    return format;
}

void write_format(Storage& storage, const NewFormat& format) {
    const Json body =
        Json::object()
            .set("format", magic)
            .set("version", repository_version)
            .set("repository", format.uuid)
            .set("created_at", format_utc(format.created_at))
            .set("encryption", format.public_key ? "x25519-chacha20-poly1305" : "none")
            .set("public_key", format.public_key ? hex(*format.public_key) : std::string())
            .set("keel_version", version());
    const std::string text = seal(body, format_seal);
    // The copy first: "format" is what makes a folder a repository.
    for (const std::string_view key : {keys[1], keys[0]}) {
        // What is new leaves nothing behind when it is cut off.
        if (storage.exists(key)) {
            storage.replace(key, text);
            continue;
        }
        const auto file = storage.create(key);
        file->write(as_bytes(text));
        file->finish();
    }
}

void repair_format(Storage& storage) {
    const Copies copies = read_copies(storage);
    if (!copies.good()) return;
    const std::string text = *copies.good();
    for (const std::string_view key : keys) storage.replace(key, text);
}

void refuse_foreign_place(const Storage& storage) {
    // What a run that was killed while it made the repository can have left.
    const auto is_ours = [](const std::string& name) {
        return name == "lock" || name == "tmp" || name == "keys" || name.starts_with("format") ||
               name.starts_with("storage");
    };
    const auto names = storage.list("");
    const auto foreign = std::ranges::find_if_not(names, is_ours);
    if (foreign == names.end()) return;
    throw Error(ErrorKind::refused,
                fmt::format("'{}' is not a backup repository, and not empty: it has '{}'",
                            storage.location(), *foreign))
        .with_hint("choose another folder with --repository, or an empty one");
}

}  // namespace keel
