#pragma once

#include <string>

#include "db/connection.hpp"

namespace keel::postgres {

/// The definitions of a database as scripts, cut where the rows belong.
struct Definitions {
    std::string pre_data;
    std::string post_data;
};

/// Written without pg_dump, in the connection's transaction, as whom it can see. Throws
/// ErrorKind::unsupported with a list of what the database has and cannot be written so.
Definitions write_definitions(Connection& connection);

}  // namespace keel::postgres
