#include "ops/migrate/server_progress.hpp"
#include "db/lone_statement.hpp"

#include <condition_variable>
#include <mutex>

namespace keel {
namespace {

constexpr std::chrono::milliseconds interval{500};

/// False when it was told to stop meanwhile.
bool pause(const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, interval, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

ServerProgress::ServerProgress(const MigrationRun& run, const Script& script,
                               const LoneStatement* lone) {
    if (lone == nullptr || !run.another) return;
    std::string query = lone->progress_query(run.connection());
    if (query.empty()) return;
    watcher_ = std::jthread(
        [&run, query = std::move(query), item = script.label()](const std::stop_token& stop) {
            try {
                watch(stop, run, query, item);
            } catch (const std::exception&) {
                return;  // the statement itself reports what is wrong
            }
        });
}

void ServerProgress::watch(const std::stop_token& stop, const MigrationRun& run,
                           const std::string& query, const std::string& item) {
    if (!pause(stop)) return;
    const auto connection = run.another();
    do {
        connection->query(query, {}, [&](const Row& row) {
            const std::string phase = row.string(0);
            run.context.progress.on({.phase = phase,
                                     .item = item,
                                     .done = static_cast<std::uint64_t>(row.integer(1)),
                                     .total = static_cast<std::uint64_t>(row.integer(2))});
        });
    } while (pause(stop));
}

}  // namespace keel
