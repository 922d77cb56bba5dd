#pragma once

#include <memory>
#include <string>

#include "db/connection.hpp"
#include "engines/postgres/wire.hpp"

namespace keel::postgres {

/// The COPY statement that `spec` asks for.
std::string copy_out_statement(const CopySpec& spec);
std::string copy_in_statement(const CopySpec& spec);

/// Start COPY; db/connection.hpp says what the results do. They keep the wire alive.
std::unique_ptr<RowSource> open_copy_out(std::shared_ptr<Wire> wire, const CopySpec& spec);
std::unique_ptr<RowSink> open_copy_in(std::shared_ptr<Wire> wire, const CopySpec& spec);

/// Sends a whole text data block after its COPY … FROM stdin was answered, and ends it.
void put_copy_block(Wire& wire, std::string_view data);

}  // namespace keel::postgres
