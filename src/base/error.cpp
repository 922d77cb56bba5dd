#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace keel {

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::usage:
            return "usage";
        case ErrorKind::config:
            return "config";
        case ErrorKind::invalid_input:
            return "invalid_input";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::already_exists:
            return "already_exists";
        case ErrorKind::sql:
            return "sql";
        case ErrorKind::constraint:
            return "constraint";
        case ErrorKind::serialization:
            return "serialization";
        case ErrorKind::locked:
            return "locked";
        case ErrorKind::timeout:
            return "timeout";
        case ErrorKind::unreachable:
            return "unreachable";
        case ErrorKind::in_doubt:
            return "in_doubt";
        case ErrorKind::refused:
            return "refused";
        case ErrorKind::integrity:
            return "integrity";
        case ErrorKind::io:
            return "io";
        case ErrorKind::unsupported:
            return "unsupported";
        case ErrorKind::partial:
            return "partial";
        case ErrorKind::cancelled:
            return "cancelled";
        case ErrorKind::internal:
            return "internal";
    }
    return "internal";
}

int exit_code(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::usage:
        case ErrorKind::config:
            return 2;
        case ErrorKind::refused:
            return 4;
        case ErrorKind::locked:
        case ErrorKind::timeout:
        case ErrorKind::serialization:
        case ErrorKind::unreachable:
            return 5;
        case ErrorKind::in_doubt:
        case ErrorKind::partial:
            return 6;
        case ErrorKind::cancelled:
            return 130;
        case ErrorKind::invalid_input:
        case ErrorKind::not_found:
        case ErrorKind::already_exists:
        case ErrorKind::sql:
        case ErrorKind::constraint:
        case ErrorKind::integrity:
        case ErrorKind::io:
        case ErrorKind::unsupported:
        case ErrorKind::internal:
            return 1;
    }
    return 1;
}

Error io_error(std::string_view action, std::string_view path) {
    const int code = errno;
    auto error = Error(
        code == ENOENT ? ErrorKind::not_found : ErrorKind::io,
        fmt::format("cannot {} '{}': {}", action, path, std::generic_category().message(code)));
    if (code == ENOSPC || code == EDQUOT)
        error.set_hint("free some space, then run the command again");
    if (code == EACCES || code == EPERM)
        error.set_hint("check the owner and the permissions of the path");
    return error;
}

}  // namespace keel
