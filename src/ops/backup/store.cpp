#include "ops/backup/store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "repository/folder_storage.hpp"
#include "repository/s3_storage.hpp"

namespace keel {

namespace {

constexpr std::uint64_t largest_key_file = 64 * 1024;

KeyRing configured_keys(const Project& project) {
    KeyRing keys;
    keys.passphrase = project.backup_passphrase();
    const auto& file = project.backup().key_file;
    if (file.empty()) return keys;
    try {
        keys.key_file = Secret(read_file(file, largest_key_file));
    } catch (Error& error) {
        if (error.kind() == ErrorKind::not_found)
            error.set_hint("make one with: keel key new FILE, or correct [backup] encryption");
        error.set_kind(ErrorKind::config);
        throw;
    }
    return keys;
}

RepositoryOptions options_of(OperationContext& context) {
    const Actor& actor = context.invocation().actor;
    return {.clock = context.context().clock,
            .holder = fmt::format("keel {}, pid {}, {}@{}", context.spec().name, ::getpid(),
                                  actor.name, actor.host),
            .keys = configured_keys(context.project())};
}

std::unique_ptr<Storage> open_storage(OperationContext& context, const std::string& place,
                                      FolderStorage::Missing missing) {
    if (!is_object_storage(place)) return FolderStorage::open(place, missing);
    ObjectStorageAccess access = context.project().object_storage();
    const ObjectStorageAddress address = parse_object_storage(place, access);
    return std::make_unique<S3Storage>(address, std::move(access),
                                       S3Options{.clock = context.context().clock,
                                                 .logger = context.context().logger,
                                                 .stop = context.context().stop});
}

const std::string& place_of(OperationContext& context) {
    return context.project().backup().repository;
}

}  // namespace

Repository open_repository(OperationContext& context) {
    return Repository::open(
        open_storage(context, place_of(context), FolderStorage::Missing::refuse),
        options_of(context));
}

std::optional<Repository> repository_if_exists(OperationContext& context) {
    return other_repository_if_exists(context, place_of(context));
}

std::optional<Repository> other_repository_if_exists(OperationContext& context,
                                                     const std::string& place) {
    try {
        return Repository::open(open_storage(context, place, FolderStorage::Missing::refuse),
                                options_of(context));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        return std::nullopt;
    }
}

Repository open_or_create_repository(OperationContext& context) {
    return open_or_create_other_repository(context, place_of(context));
}

Repository open_or_create_other_repository(OperationContext& context, const std::string& place) {
    Repository repository =
        Repository::open_or_create(open_storage(context, place, FolderStorage::Missing::create),
                                   options_of(context), context.context());
    if (context.project().backup().encryption_configured && !repository.is_encrypted()) {
        throw Error(ErrorKind::config,
                    fmt::format("[backup] encryption is configured, and the repository '{}' is not "
                                "encrypted",
                                repository.location()))
            .with_hint(
                "begin a new one with --repository; the backups that are here go there "
                "with: keel backup copy-to");
    }
    return repository;
}

}  // namespace keel
