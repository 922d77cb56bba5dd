#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include "base/context.hpp"

namespace keel::sqlite {

using NoticeHandler = std::function<void(Level, std::string_view)>;

/// Where messages of one connection go, with the exception that the handler may have thrown.
struct NoticeTarget {
    NoticeHandler handler;
    std::exception_ptr thrown;
};

/// Lets SQLite's log messages come here. The library takes this setting only before its first use
/// in a process; later it changes nothing, and connections then have no notices.
void receive_log_messages() noexcept;

/// While it lives, notices and warnings that SQLite logs on this thread go to `target`. SQLite has
/// one log for the whole process and does not say which connection a message is about; but it
/// always logs on the thread that is using that connection.
class NoticeScope {
  public:
    explicit NoticeScope(NoticeTarget& target) noexcept;
    ~NoticeScope();
    NoticeScope(const NoticeScope&) = delete;
    NoticeScope& operator=(const NoticeScope&) = delete;

  private:
    NoticeTarget* outer_;
};

}  // namespace keel::sqlite
