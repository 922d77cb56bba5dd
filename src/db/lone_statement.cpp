#include "db/lone_statement.hpp"

#include <span>

namespace keel {

void LoneStatement::run(Connection& connection, const Statement& statement) const {
    connection.run_script(std::span(&statement, 1));
}

}  // namespace keel
