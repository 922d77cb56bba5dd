#include "ops/backup/store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "repository/folder_storage.hpp"

namespace keel {

namespace {

RepositoryOptions options_of(OperationContext& context) {
    const Actor& actor = context.invocation().actor;
    return {.clock = context.context().clock,
            .holder = fmt::format("keel {}, pid {}, {}@{}", context.spec().name, ::getpid(),
                                  actor.name, actor.host)};
}

std::unique_ptr<Storage> open_storage(OperationContext& context, FolderStorage::Missing missing) {
    const std::string& place = context.project().backup().repository;
    if (place.starts_with("s3:")) {
        throw Error(
            ErrorKind::unsupported,
            fmt::format("backups cannot be kept in '{}': this keel keeps them in folders", place))
            .with_hint("give a folder with --repository, or in [backup] repository");
    }
    return FolderStorage::open(place, missing);
}

}  // namespace

Repository open_repository(OperationContext& context) {
    return Repository::open(open_storage(context, FolderStorage::Missing::refuse),
                            options_of(context));
}

std::optional<Repository> repository_if_exists(OperationContext& context) {
    try {
        return open_repository(context);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        return std::nullopt;
    }
}

Repository open_or_create_repository(OperationContext& context) {
    if (context.project().backup().encryption_configured) {
        throw Error(ErrorKind::unsupported,
                    "[backup] encryption is configured, and this keel cannot encrypt backups")
            .with_hint("remove it to keep backups unencrypted, readable by you alone");
    }
    return Repository::open_or_create(open_storage(context, FolderStorage::Missing::create),
                                      options_of(context), context.context());
}

}  // namespace keel
