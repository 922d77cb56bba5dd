#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "config/project_state.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_profile_file = 1u << 20;

using Profile = std::map<std::string, std::string, std::less<>>;

const ConfigNode* configured(const Sources& sources, std::string_view key) {
    const auto* backup = sources.merged.find("backup");
    const auto* table = backup ? backup->find("s3") : nullptr;
    return table ? table->find(key) : nullptr;
}

std::string first_variable(const Variables& variables,
                           std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (const auto value = variables.get(name)) return *value;
    return {};
}

std::string text_of(const Sources& sources, std::string_view key,
                    std::initializer_list<std::string_view> variables) {
    if (const auto* node = configured(sources, key))
        return sources.variables.expand(node->text, node->where);
    return first_variable(sources.variables, variables);
}

/// The section of that name in a file like ~/.aws/credentials; empty when there is none.
Profile read_profile(const std::filesystem::path& file, std::string_view section) {
    Profile profile;
    std::string text;
    try {
        text = read_file(file, largest_profile_file);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return profile;
        throw;
    }
    bool is_wanted = false;
    for (const std::string& raw : split(text, '\n')) {
        const std::string_view line = trim(raw);
        if (line.starts_with('[')) is_wanted = line == "[" + std::string(section) + "]";
        const std::size_t equals = line.find('=');
        if (!is_wanted || equals == std::string_view::npos || line.starts_with('#')) continue;
        profile.insert_or_assign(std::string(trim(line.substr(0, equals))),
                                 std::string(trim(line.substr(equals + 1))));
    }
    return profile;
}

std::string value_in(const Profile& profile, std::string_view key) {
    const auto found = profile.find(key);
    return found == profile.end() ? std::string() : found->second;
}

struct ProfileFiles {
    Profile credentials;
    Profile config;
};

ProfileFiles read_profiles(const Sources& sources) {
    const Variables& variables = sources.variables;
    std::string name = text_of(sources, "profile", {"AWS_PROFILE"});
    if (name.empty()) name = "default";
    const std::filesystem::path home = first_variable(variables, {"HOME"});
    const auto place = [&](std::string_view variable, std::string_view file) {
        const std::string given = first_variable(variables, {variable});
        return given.empty() ? home / ".aws" / file : std::filesystem::path(given);
    };
    return {read_profile(place("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name),
            read_profile(place("AWS_CONFIG_FILE", "config"),
                         name == "default" ? name : "profile " + name)};
}

/// The parts of a key belong together: they all come from one place.
void read_keys(const Sources& sources, const SecretPlaces& places, const Profile& profile,
               ObjectStorageAccess& access) {
    const auto fetch = [&](std::string_view key) {
        const auto* node = configured(sources, key);
        return node ? fetch_secret(*node, places) : Secret();
    };
    access.access_key = fetch("access_key");
    access.secret_key = fetch("secret_key");
    access.session_token = fetch("session_token");
    if (!access.access_key.empty() || !access.secret_key.empty()) return;
    const Variables& variables = sources.variables;
    access.access_key = Secret(first_variable(variables, {"AWS_ACCESS_KEY_ID"}));
    access.secret_key = Secret(first_variable(variables, {"AWS_SECRET_ACCESS_KEY"}));
    access.session_token = Secret(first_variable(variables, {"AWS_SESSION_TOKEN"}));
    if (!access.access_key.empty() || !access.secret_key.empty()) return;
    access.access_key = Secret(value_in(profile, "aws_access_key_id"));
    access.secret_key = Secret(value_in(profile, "aws_secret_access_key"));
    access.session_token = Secret(value_in(profile, "aws_session_token"));
}

}  // namespace

ObjectStorageAccess Project::object_storage() const {
    const Sources& sources = state_->sources;
    const ProfileFiles profile = read_profiles(sources);
    ObjectStorageAccess access;
    access.endpoint = text_of(sources, "endpoint", {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    access.region = text_of(sources, "region", {"AWS_REGION", "AWS_DEFAULT_REGION"});
    if (access.endpoint.empty()) access.endpoint = value_in(profile.config, "endpoint_url");
    if (access.region.empty()) access.region = value_in(profile.config, "region");
    if (const auto* node = configured(sources, "addressing"))
        access.addressing = parse_addressing(node->text);
    access.certificates = text_of(sources, "certificates", {"AWS_CA_BUNDLE"});
    if (configured(sources, "certificates"))
        access.certificates = (sources.root / access.certificates).lexically_normal().string();
    read_keys(sources, state_->secret_places(), profile.credentials, access);
    return access;
}

}  // namespace keel
