#pragma once

#include "engines/postgres/inside/late_library.hpp"

namespace keel::postgres::inside {

/// Whether this machine has no OpenSSL.
bool openssl_is_missing() noexcept;

}  // namespace keel::postgres::inside
