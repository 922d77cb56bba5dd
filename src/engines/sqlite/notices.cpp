#include "engines/sqlite/notices.hpp"

#include <sqlite3.h>

namespace keel::sqlite {
namespace {

thread_local NoticeTarget* current_target = nullptr;

void receive(void*, int code, const char* message) noexcept {
    NoticeTarget* target = current_target;
    const int primary = code & 0xff;
    // Errors are thrown where they happen; only what would otherwise go unseen is a notice.
    if (!target || !target->handler || (primary != SQLITE_NOTICE && primary != SQLITE_WARNING))
        return;
    // That a query would profit from an index is nothing to warn of: most are Keel's own.
    const Level level = code == SQLITE_WARNING_AUTOINDEX ? Level::debug
                        : primary == SQLITE_NOTICE       ? Level::notice
                                                         : Level::warning;
    try {
        target->handler(level, message);
    } catch (...) {
        target->thrown = std::current_exception();
    }
}

}  // namespace

void receive_log_messages() noexcept {
    [[maybe_unused]] static const int outcome = [] {
        // Nobody asks how much memory there is; counting takes a lock for every allocation.
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        return sqlite3_config(SQLITE_CONFIG_LOG, receive, static_cast<void*>(nullptr));
    }();
}

NoticeScope::NoticeScope(NoticeTarget& target) noexcept : outer_(current_target) {
    current_target = &target;
}

NoticeScope::~NoticeScope() {
    current_target = outer_;
}

}  // namespace keel::sqlite
