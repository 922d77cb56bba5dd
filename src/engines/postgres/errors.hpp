#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "engines/postgres/libpq.hpp"

namespace keel::postgres {

/// What a SQLSTATE means for Keel. 57014 is `timeout` here: only who asked for the cancel knows
/// better.
ErrorKind kind_of_sqlstate(std::string_view state) noexcept;

/// The Error for a result that failed. `statement` is what was sent (empty where it is not known);
/// the password is redacted from every part.
Error error_of_result(const PGresult& result, std::string_view statement, const Secret& password);

/// The Error for a connection that could not be made, from libpq's message with verbose errors.
/// `database` and `user` are the ones that were tried.
struct FailedConnect {
    std::string_view message;
    std::string database;
    std::string user;
    std::string place;  ///< "host:port" or the socket, for people
};
Error error_of_connect(const FailedConnect& failed, const Secret& password);

/// The Error for a connection that was lost while in use.
Error lost_connection(std::string_view libpq_message, const Secret& password);

/// Byte offset of the `position`th character (from 1) of UTF-8 text.
std::size_t byte_offset(std::string_view text, std::size_t position) noexcept;

}  // namespace keel::postgres
