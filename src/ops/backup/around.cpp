#include "ops/backup/around.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/http.hpp"
#include "ops/kit/hook_command.hpp"

namespace keel {

namespace {

constexpr std::chrono::seconds patience{10};

/// "https://host/id?x=y" and "/fail" are "https://host/id/fail?x=y".
std::string with_end(const std::string& address, std::string_view end) {
    const std::size_t query = std::min(address.find_first_of("?#"), address.size());
    std::string path = address.substr(0, query);
    while (!end.empty() && path.ends_with('/')) path.pop_back();
    return fmt::format("{}{}{}", path, end, address.substr(query));
}

void ping(const std::string& address, std::string_view body) {
    HttpClient client;
    const HttpResponse response = client.send(
        {.method = HttpMethod::post, .url = address, .body = as_bytes(body), .timeout = patience});
    if (response.status / 100 == 2) return;
    throw Error(ErrorKind::unreachable, fmt::format("the answer was {}", response.status));
}

}  // namespace

AroundBackup::AroundBackup(OperationContext& context)
    : context_(context), around_(context.project().backup_around()) {}

void AroundBackup::before(Report& report) {
    for (const std::string& hook : around_.before)
        run_hook_command(context_, hook, {{"KEEL_EVENT", "before"}},
                         "what it says is its own; no backup was taken");
    tell("/start", "", report);
}

void AroundBackup::after(const Manifest& manifest, Report& report) {
    const Variables variables = {{"KEEL_EVENT", "after"},
                                 {"KEEL_BACKUP", manifest.id},
                                 {"KEEL_BACKUP_BYTES", std::to_string(manifest.bytes_stored())},
                                 {"KEEL_BACKUP_NEW", std::to_string(manifest.bytes_new)},
                                 {"KEEL_BACKUP_MS", std::to_string(manifest.duration_ms)}};
    run_all(around_.after, variables, report, "the backup is complete, but: ");
    tell("",
         fmt::format("backup {} of '{}': {} bytes stored, {} new, {} ms", manifest.id,
                     manifest.environment, manifest.bytes_stored(), manifest.bytes_new,
                     manifest.duration_ms),
         report);
}

void AroundBackup::failed(const Error& error, Report& report) noexcept {
    try {
        run_all(around_.failed, {{"KEEL_EVENT", "failed"}, {"KEEL_ERROR", error.message()}}, report,
                "");
        tell("/fail", error.message(), report);
    } catch (const std::exception&) {
        return;  // no memory: the error itself is what counts
    }
}

void AroundBackup::run_all(const std::vector<std::string>& hooks, const Variables& variables,
                           Report& report, std::string_view although) {
    for (const std::string& hook : hooks) {
        try {
            run_hook_command(context_, hook, variables, "");
        } catch (const Error& error) {
            report.warnings.push_back(fmt::format("{}{}", although, error.message()));
        }
    }
}

void AroundBackup::tell(std::string_view end, std::string_view body, Report& report) {
    if (!around_.heartbeat) return;
    try {
        ping(with_end(around_.heartbeat->reveal(), end), body);
    } catch (const Error& error) {
        report.warnings.push_back("the heartbeat was not heard: " + error.message());
    }
}

}  // namespace keel
