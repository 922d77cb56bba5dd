#pragma once

#include <memory>

#include "db/table_archive.hpp"

namespace keel::sqlite {

/// See TableArchive::prepare.
std::unique_ptr<TableRestorer> make_table_restorer(const TableRestore& restore,
                                                   const Context& context);

}  // namespace keel::sqlite
