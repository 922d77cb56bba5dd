#include <fmt/format.h>

#include "base/error.hpp"
#include "config/project_state.hpp"
#include "config/secret_value.hpp"

namespace keel {
namespace {

std::vector<std::string> commands(const Sources& sources, const ConfigNode& hooks,
                                  std::string_view key) {
    std::vector<std::string> result;
    const auto* list = hooks.find(key);
    if (list == nullptr) return result;
    for (const ConfigNode& item : list->items)
        result.push_back(sources.variables.expand(item.text, item.where));
    return result;
}

Secret fetch_address(const ConfigNode& node, const SecretPlaces& places) {
    Secret address = fetch_secret(node, places);
    const std::string& text = address.reveal();
    if (text.starts_with("https://") || text.starts_with("http://")) return address;
    throw Error(ErrorKind::config, "the heartbeat is no address of a web server")
        .with_hint("write https://…")
        .at(node.where);
}

}  // namespace

BackupAround Project::backup_around() const {
    BackupAround around;
    const Sources& sources = state_->sources;
    const auto* backup = sources.merged.find("backup");
    if (backup == nullptr) return around;
    if (const auto* hooks = backup->find("hooks")) {
        around.before = commands(sources, *hooks, "before");
        around.after = commands(sources, *hooks, "after");
        around.failed = commands(sources, *hooks, "failed");
    }
    if (const auto* heartbeat = backup->find("heartbeat"))
        around.heartbeat = fetch_address(*heartbeat, state_->secret_places());
    return around;
}

}  // namespace keel
