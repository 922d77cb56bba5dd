#pragma once

#include <optional>

#include "ops/kit/operation_context.hpp"
#include "repository/repository.hpp"

namespace keel {

/// The project's backup repository. Throws ErrorKind::not_found when there is none yet.
Repository open_repository(OperationContext& context);
/// Nothing when there is none yet.
std::optional<Repository> repository_if_exists(OperationContext& context);
/// Makes it when needed. Throws ErrorKind::unsupported where backups would not be kept as
/// configured.
Repository open_or_create_repository(OperationContext& context);
std::optional<Repository> other_repository_if_exists(OperationContext& context,
                                                     const std::string& place);
/// Another one, which is made when needed, encrypted as [backup] encryption says.
Repository open_or_create_other_repository(OperationContext& context, const std::string& place);

}  // namespace keel
