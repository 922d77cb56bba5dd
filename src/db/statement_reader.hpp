#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "db/connection.hpp"
#include "model/sql_action.hpp"
#include "model/statement.hpp"

namespace keel {

/// Says what a statement does. Pure, thread-safe; never throws for what is in the text.
class StatementReader {
  public:
    virtual ~StatementReader() = default;
    virtual ReadStatement read(std::string_view statement) const = 0;
};

/// A private empty database, gone with this object, on which statements are tried before they meet
/// a real one. Not thread-safe.
class ScratchSchema {
  public:
    virtual ~ScratchSchema() = default;
    struct Trial {
        std::optional<Error> refusal;  ///< what the engine said, with the offset where it knows it
        /// Where the engine takes a word in double quotes for a text, because no column has that
        /// name.
        std::optional<std::size_t> misquoted;
    };
    /// Runs a statement as far as it stays inside the scratch database: what would leave it (other
    /// files, settings, transactions) is passed over.
    virtual Trial run(std::string_view statement) = 0;
    virtual std::string version() = 0;
    /// Text that defines everything there is: equal when the same things are defined the same way.
    virtual std::string definitions() = 0;
    /// Defines what `from` has, as far as it can be had without its rows.
    virtual void copy_definitions(Connection& from) = 0;
    virtual void begin() = 0;
    virtual void rollback() = 0;
};

}  // namespace keel
