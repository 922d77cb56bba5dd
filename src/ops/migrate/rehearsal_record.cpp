#include "ops/migrate/rehearsal_record.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "base/file.hpp"
#include "base/json.hpp"

namespace keel {
namespace {

std::filesystem::path record_file(OperationContext& context) {
    return context.project().state_directory() / "rehearsals.json";
}

Json read_record(OperationContext& context) {
    std::error_code failure;
    const auto file = record_file(context);
    if (!std::filesystem::exists(file, failure)) return Json::object();
    try {
        return Json::parse(read_file(file));
    } catch (const Error&) {
        // Only a convenience is lost with it: what was rehearsed is rehearsed again.
        return Json::object();
    }
}

std::set<std::string> rehearsed_checksums(const Json& record, const std::string& environment) {
    std::set<std::string> checksums;
    const Json* list = record.find(environment);
    if (list == nullptr || !list->is_array()) return checksums;
    for (const Json& entry : list->as_array())
        if (entry.is_string()) checksums.insert(entry.as_string());
    return checksums;
}

}  // namespace

void remember_rehearsed(OperationContext& context, const std::vector<std::string>& checksums) {
    Json record = read_record(context);
    const std::string& environment = context.choice().name;
    auto known = rehearsed_checksums(record, environment);
    known.insert(checksums.begin(), checksums.end());
    Json list = Json::array();
    for (const std::string& checksum : known) list.push_back(Json(checksum));
    record.set(environment, std::move(list));
    create_directories_durably(context.project().state_directory());
    write_file_atomically(record_file(context), record.dump());
}

std::vector<const Migration*> not_rehearsed(OperationContext& context,
                                            const std::vector<const Migration*>& migrations) {
    const auto known = rehearsed_checksums(read_record(context), context.choice().name);
    std::vector<const Migration*> missing;
    std::ranges::copy_if(migrations, std::back_inserter(missing), [&](const Migration* migration) {
        return !known.contains(migration->checksum);
    });
    return missing;
}

}  // namespace keel
