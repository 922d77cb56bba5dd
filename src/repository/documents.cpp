#include "repository/documents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_document = 256u << 20;
constexpr std::string_view suffix = ".json";
constexpr std::string_view head_key = "head.json";
constexpr std::string_view checks_folder = "checks";
constexpr std::string_view removals_folder = "removed";

/// Turns what Json throws about a missing or mistyped member into damage of the document.
template <typename Read>
auto reading(std::string_view name, Read read) {
    try {
        return read();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid_input) throw;
        throw Error(ErrorKind::integrity, fmt::format("{} is damaged: {}", name, error.message()));
    }
}

std::uint64_t unsigned_at(const Json& json, std::string_view key) {
    const std::int64_t value = json.at(key).as_integer();
    if (value < 0) throw Error(ErrorKind::invalid_input, fmt::format("'{}' is negative", key));
    return static_cast<std::uint64_t>(value);
}

Json check_to_json(std::string_view digest, const Verification& check) {
    return Json::object()
        .set("manifest", digest)
        .set("at", format_utc(check.at))
        .set("how", check.how)
        .set("ok", check.ok)
        .set("checked_bytes", check.checked_bytes)
        .set("duration_ms", check.duration_ms)
        .set("problems", Json::from(check.problems));
}

Verification check_from_json(const Json& json) {
    Verification check;
    check.at = parse_utc(json.at("at").as_string());
    check.how = json.at("how").as_string();
    check.ok = json.at("ok").as_bool();
    check.checked_bytes = unsigned_at(json, "checked_bytes");
    check.duration_ms = json.at("duration_ms").as_integer();
    for (const Json& problem : json.at("problems").as_array()) {
        check.problems.push_back(problem.as_string());
    }
    return check;
}

/// "ID.7.json" of that id is 7; 0 for any other name.
std::uint64_t check_number(std::string_view name, std::string_view id) {
    if (!name.starts_with(id) || !name.ends_with(suffix)) return 0;
    name.remove_prefix(id.size());
    if (!name.starts_with('.') || name.size() <= suffix.size()) return 0;
    name.remove_suffix(suffix.size());
    name.remove_prefix(name.empty() ? 0 : 1);
    return parse_unsigned(name).value_or(0);
}

/// Those of one backup among all (which are sorted), in the order of their numbers.
std::vector<std::string> files_of(std::string_view id, std::span<const std::string> files) {
    std::vector<std::string> result;
    for (auto file = std::ranges::lower_bound(files, id); file != files.end(); ++file) {
        if (!file->starts_with(id)) break;
        if (check_number(*file, id) > 0) result.push_back(*file);
    }
    std::ranges::sort(result, {}, [&](const std::string& file) { return check_number(file, id); });
    return result;
}

}  // namespace

Documents::Documents(Storage& storage, std::string repository, std::shared_ptr<const Vault> vault)
    : storage_(storage), repository_(std::move(repository)), vault_(std::move(vault)) {}

Seal Documents::seal_of(std::string_view kind) const {
    return {.kind = kind, .repository = repository_, .key = vault_->authentication()};
}

void Documents::create(std::string_view key, const Json& body, std::string_view kind) {
    const auto object = storage_.create(key);
    object->write(as_bytes(seal(body, seal_of(kind))));
    object->finish();
}

Json Documents::read(const std::string& key, std::string_view kind) const {
    return unseal(storage_.read(key, largest_document), seal_of(kind), key);
}

std::string Documents::backup_folder(std::string_view id) {
    return fmt::format("backups/{}", id);
}

std::string Documents::manifest_key(std::string_view id) {
    return fmt::format("backups/{}/manifest.json", id);
}

std::vector<std::string> Documents::backup_folders() const {
    return storage_.list("backups");
}

bool Documents::has_manifest(std::string_view id) const {
    return storage_.exists(manifest_key(id));
}

StoredManifest Documents::manifest(std::string_view id) const {
    const std::string name = fmt::format("the manifest of backup {}", id);
    const std::string text = storage_.read(manifest_key(id), largest_document);
    StoredManifest result;
    const Json body = unseal(text, seal_of("manifest"), name);
    try {
        result.manifest = open_manifest(body, id, result.is_closed);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity && error.kind() != ErrorKind::invalid_input) throw;
        throw Error(ErrorKind::integrity, fmt::format("{} is damaged: {}", name, error.message()));
    }
    if (result.manifest.id != id) {
        throw Error(ErrorKind::integrity,
                    fmt::format("{} is that of backup {}", name, result.manifest.id));
    }
    result.digest = sealed_digest(text, seal_of("manifest"));
    return result;
}

Manifest Documents::open_manifest(const Json& body, std::string_view id, bool& is_closed) const {
    if (!vault_->encrypts()) return manifest_from_json(body);
    if (vault_->can_read()) {
        return manifest_from_json(
            Json::parse(vault_->unbox(body.at("box").as_string(), fmt::format("manifest {}", id))));
    }
    is_closed = true;
    Manifest manifest;
    manifest.id = body.at("id").as_string();
    manifest.sequence = unsigned_at(body, "sequence");
    manifest.previous_digest = body.at("previous_digest").as_string();
    return manifest;
}

std::string Documents::sealed_manifest(const Manifest& manifest) const {
    const Json json = to_json(manifest);
    if (!vault_->encrypts()) return seal(json, seal_of("manifest"));
    const Json closed =
        Json::object()
            .set("id", manifest.id)
            .set("sequence", manifest.sequence)
            .set("previous_digest", manifest.previous_digest)
            .set("box", vault_->box(json.canonical(), fmt::format("manifest {}", manifest.id)));
    return seal(closed, seal_of("manifest"));
}

std::string Documents::publish_manifest(const Manifest& manifest) {
    const std::string text = sealed_manifest(manifest);
    const auto object = storage_.create(manifest_key(manifest.id));
    object->write(as_bytes(text));
    object->finish();
    return sealed_digest(text, seal_of("manifest"));
}

void Documents::expect(std::span<const std::string> backups,
                       std::span<const std::string> check_files) const {
    std::vector<std::string> keys;
    for (const std::string& id : backups) keys.push_back(manifest_key(id));
    for (const std::string& file : check_files)
        keys.push_back(fmt::format("{}/{}", checks_folder, file));
    storage_.expect(keys);
}

std::vector<std::string> Documents::check_files() const {
    return storage_.list(checks_folder);
}

std::optional<Verification> Documents::check(const std::string& file,
                                             std::string_view digest) const {
    const std::string key = fmt::format("{}/{}", checks_folder, file);
    const std::string name = fmt::format("the record of a check, {},", key);
    std::string text;
    try {
        text = storage_.read(key, largest_document);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return std::nullopt;  // removed meanwhile
        throw;
    }
    const Json json = unseal(text, seal_of("check"), name);
    return reading(name, [&] {
        if (json.at("manifest").as_string() != digest) {
            throw Error(ErrorKind::integrity, fmt::format("{} is of another backup", name));
        }
        return check_from_json(json);
    });
}

std::vector<Verification> Documents::checks(std::span<const std::string> files,
                                            const StoredManifest& of,
                                            std::vector<std::string>& problems) const {
    std::vector<Verification> result;
    for (const std::string& file : files_of(of.manifest.id, files)) {
        try {
            if (auto found = check(file, of.digest)) result.push_back(std::move(*found));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::integrity) throw;
            problems.push_back(error.message());
        }
    }
    return result;
}

void Documents::add_check(std::string_view id, std::string_view manifest_digest,
                          const Verification& verification) {
    const std::string text = seal(check_to_json(manifest_digest, verification), seal_of("check"));
    const auto taken = files_of(id, check_files());
    std::uint64_t number = taken.empty() ? 1 : check_number(taken.back(), id) + 1;
    for (;; ++number) {
        const auto object =
            storage_.create(fmt::format("{}/{}.{}{}", checks_folder, id, number, suffix));
        object->write(as_bytes(text));
        try {
            return object->finish();
        } catch (const Error& error) {
            // Somebody else checks the same backup at the same time: the next number is ours.
            if (error.kind() != ErrorKind::already_exists) throw;
        }
    }
}

void Documents::remove_checks(std::string_view id) {
    for (const std::string& file : files_of(id, check_files())) {
        storage_.remove(fmt::format("{}/{}", checks_folder, file));
    }
}

std::optional<Head> Documents::head() const {
    if (!storage_.exists(head_key)) return std::nullopt;
    constexpr std::string_view name = "the repository's head.json";
    const Json json = unseal(storage_.read(head_key, largest_document), seal_of("head"), name);
    return reading(name, [&] {
        return Head{.sequence = unsigned_at(json, "sequence"),
                    .id = json.at("id").as_string(),
                    .digest = json.at("digest").as_string()};
    });
}

void Documents::set_head(const Head& head) {
    const Json json =
        Json::object().set("sequence", head.sequence).set("id", head.id).set("digest", head.digest);
    storage_.replace(head_key, seal(json, seal_of("head")));
}

Removal Documents::removal(const std::string& file) const {
    const std::string name = fmt::format("{}/{}", removals_folder, file);
    const Json json = unseal(storage_.read(name, largest_document), seal_of("removal"), name);
    return reading(name, [&] {
        return Removal{.id = json.at("id").as_string(),
                       .sequence = unsigned_at(json, "sequence"),
                       .last = unsigned_at(json, "last"),
                       .at = parse_utc(json.at("at").as_string())};
    });
}

std::vector<Removal> Documents::removals(std::vector<std::string>& problems) const {
    std::vector<Removal> result;
    const std::vector<std::string> files = storage_.list(removals_folder);
    std::vector<std::string> keys;
    for (const std::string& file : files)
        keys.push_back(fmt::format("{}/{}", removals_folder, file));
    storage_.expect(keys);
    for (const std::string& file : files) {
        if (!file.ends_with(suffix)) continue;
        try {
            result.push_back(removal(file));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::integrity) throw;
            problems.push_back(error.message());
            result.push_back({.id = file.substr(0, file.size() - suffix.size())});
        }
    }
    return result;
}

void Documents::add_removal(const Removal& removal) {
    const Json json = Json::object()
                          .set("id", removal.id)
                          .set("sequence", removal.sequence)
                          .set("last", removal.last)
                          .set("at", format_utc(removal.at));
    const auto object =
        storage_.create(fmt::format("{}/{}{}", removals_folder, removal.id, suffix));
    object->write(as_bytes(seal(json, seal_of("removal"))));
    try {
        object->finish();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::already_exists) throw;
    }
}

}  // namespace keel
