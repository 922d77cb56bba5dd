#pragma once

#include <string>

#include "model/database_url.hpp"
#include "support/wire_cutter.hpp"

namespace keel::conformance {

/// Stands between clients and the server; when a client has sent a given text, cuts all wires for
/// good: before the server gets it, or when its answer is on the way.
class CuttingProxy : public test::WireCutter {
  public:
    enum class Where { before_server, before_client };

    CuttingProxy(std::string text, Where where);

    DatabaseUrl url(const std::string& database) const;
};

}  // namespace keel::conformance
