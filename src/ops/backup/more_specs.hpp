#pragma once

#include "ops/kit/operation.hpp"

namespace keel {

constexpr std::string_view backup_id_help =
    "id of a backup, the beginning of one, or 'latest' (the newest verified)";

// The commands that backup_operations() lists besides its own.
extern const OperationSpec backup_export_spec;
extern const OperationSpec backup_import_spec;
extern const OperationSpec key_list_spec;
extern const OperationSpec key_new_spec;
extern const OperationSpec key_add_spec;
extern const OperationSpec key_remove_spec;
extern const OperationSpec key_rotate_spec;

}  // namespace keel
