#include <fmt/format.h>

#include "base/error.hpp"
#include "repository/documents.hpp"

namespace keel {
namespace {

constexpr std::string_view suffix = ".json";
constexpr std::string_view pins_folder = "pins";
constexpr std::string_view doomed_folder = "doomed";

std::string key_of(std::string_view folder, std::string_view name) {
    return fmt::format("{}/{}{}", folder, name, suffix);
}

std::vector<std::string> names_in_folder(const Storage& storage, std::string_view folder) {
    std::vector<std::string> names;
    for (const std::string& file : storage.list(folder)) {
        if (file.ends_with(suffix)) names.push_back(file.substr(0, file.size() - suffix.size()));
    }
    return names;
}

std::vector<std::string> texts(const Json& json) {
    std::vector<std::string> result;
    for (const Json& text : json.as_array()) result.push_back(text.as_string());
    return result;
}

bool is_unreadable(const Error& error) noexcept {
    return error.kind() == ErrorKind::integrity || error.kind() == ErrorKind::invalid_input ||
           error.kind() == ErrorKind::not_found;
}

}  // namespace

std::vector<Pin> Documents::pins() const {
    std::vector<Pin> pins;
    for (std::string& name : names_in_folder(storage_, pins_folder)) {
        Pin pin{.id = std::move(name), .note = {}};
        try {
            const Json json = read(key_of(pins_folder, pin.id), "pin");
            pin.note = json.at("note").as_string();
            pin.at = parse_utc(json.at("at").as_string());
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::not_found) continue;  // removed while we were looking
            if (!is_unreadable(error)) throw;
        }
        pins.push_back(std::move(pin));
    }
    return pins;
}

void Documents::add_pin(const Pin& pin) {
    const Json json =
        Json::object().set("id", pin.id).set("note", pin.note).set("at", format_utc(pin.at));
    storage_.replace(key_of(pins_folder, pin.id), seal(json, seal_of("pin")));
}

void Documents::remove_pin(std::string_view id) {
    storage_.remove(key_of(pins_folder, id));
}

std::vector<Doomed> Documents::doomed() const {
    std::vector<Doomed> result;
    for (const std::string& name : names_in_folder(storage_, doomed_folder)) {
        try {
            const Json json = read(key_of(doomed_folder, name), "doomed");
            result.push_back({.name = name,
                              .packs = texts(json.at("packs")),
                              .runs = texts(json.at("runs")),
                              .at = parse_utc(json.at("at").as_string())});
        } catch (const Error& error) {
            if (!is_unreadable(error)) throw;
        }
    }
    return result;
}

void Documents::add_doomed(const Doomed& doomed) {
    create(key_of(doomed_folder, doomed.name),
           Json::object()
               .set("packs", Json::from(doomed.packs))
               .set("runs", Json::from(doomed.runs))
               .set("at", format_utc(doomed.at)),
           "doomed");
}

void Documents::remove_doomed(std::string_view name) {
    storage_.remove(key_of(doomed_folder, name));
}

}  // namespace keel
