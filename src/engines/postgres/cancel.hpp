#pragma once

#include <memory>

#include "engines/postgres/libpq.hpp"

namespace keel::postgres {

/// Asks the server to cancel what a connection is running. libpq does so over a connection of its
/// own and waits for the server to hang up, however long that takes; this waits for a second at
/// most, so that a server which has gone silent cannot hold who wants to be rid of it.
class Canceller {
  public:
    explicit Canceller(PGconn& connection);

    /// When it returns in time, the server has passed the request on, so that it cannot hit a later
    /// statement. Never throws.
    void run() const noexcept;

  private:
    std::shared_ptr<PGcancel> handle_;  ///< shared with a request that is still on its way
};

}  // namespace keel::postgres
